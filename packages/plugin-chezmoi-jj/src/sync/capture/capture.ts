import { join, relative } from 'node:path';
import { busy, isHeld } from '../../chezmoi/chezmoi.ts';
import { isEncrypted } from '../../chezmoi/is-encrypted.ts';
import { isDeletedHere, isEditedHere, type StatusLine } from '../../chezmoi/status-line.ts';
import { canBeCaptured } from '../../chezmoi/target-path.ts';
import { type ChangedPath, changedPaths } from '../../jj/changed-paths.ts';
import { exactPath } from '../../jj/fileset.ts';
import { largestNewFile } from '../../jj/jj.ts';
import type { Picture } from '../../jj/picture.ts';
import { findSecret } from '../../secrets/find-secret.ts';
import type { BlockedSecret, Drift } from '../../status/sync-status.ts';
import { sourcesOf, trackedSourcesOf } from '../home/sources-of.ts';
import { targetOf } from '../home/target-of.ts';
import type { Enter, Session } from '../session/session.ts';
import { captureMessage } from './capture-message.ts';
import { trackFiles } from './settle-working-copy.ts';
import { untrackedFiles } from './untracked-files.ts';
import { isAllZeros } from './zeros.ts';

/** What was taken from this home. */
export interface Captured {
  /** Below the home folder. */
  readonly files: readonly string[];
  readonly drift: readonly Drift[];
  readonly blocked: readonly BlockedSecret[];
}

/**
 * CAPTURE and COMMIT: takes the edits of this home into a commit on the revision that it is known to match, before anything of other hosts is looked
 * at. `chezmoi re-add` has no third side to compare with: after a merge it would put old content back.
 */
export async function capture(session: Session, enter: Enter, picture: Picture, lines: readonly StatusLine[]): Promise<Captured> {
  const found = await candidates(session, lines, picture.tracked);
  if (found.take.length === 0 && found.remove.length === 0) return { files: [], drift: found.left, blocked: found.blocked };
  if (!session.options.autoCommit) {
    const drift = [...found.take, ...found.remove].map(({ path }): Drift => ({ path, reason: 'not-captured' }));
    return { files: [], drift: [...found.left, ...drift], blocked: found.blocked };
  }
  const { taken, missed, blocked, changed } = await takeIn(session, enter, picture, found.take, found.remove);
  const files = taken.map(({ path }) => path);
  if (changed.length > 0) await commit(session, files);
  return {
    files,
    drift: [...found.left, ...missed.map(({ path }): Drift => ({ path, reason: 'not-captured' }))],
    blocked: [...found.blocked, ...blocked],
  };
}

/** What came into the working copy. */
interface TakenIn {
  readonly taken: readonly Candidate[];
  readonly missed: readonly Candidate[];
  readonly blocked: readonly BlockedSecret[];
  readonly changed: readonly ChangedPath[];
}

/** Brings dotfiles of this home into the working copy, and nothing else. */
export async function takeIn(
  session: Session,
  enter: Enter,
  picture: Pick<Picture, 'tracked'>,
  take: readonly Candidate[],
  remove: readonly Candidate[],
): Promise<TakenIn> {
  const before = new Set(untrackedFiles(session.host, session.tree, picture.tracked));
  enter('capture', { taking: take.map(({ source }) => source) });
  const blocked = await reAdd(session, take, async () => await putBack(session, picture, before, take));
  enter('capture', { taking: [] });
  if (blocked === 'held') throw busy();
  for (const { source } of remove) session.host.files.remove(join(session.tree, source));
  const after = await sourcesAfter(session, take);
  const wanted = new Set([...take, ...remove].map(({ source }) => source).concat([...after.values()]));
  await trackFiles(
    session,
    [...after.values()].filter((path) => !picture.tracked.includes(path)),
  );
  const changed = await undoSideEffects(session, picture, before, wanted);
  const taken = [...take, ...remove].filter(({ source, target }) =>
    changed.some(({ paths }) => paths.includes(source) || paths.includes(after.get(target) ?? source)),
  );
  const missed = take.filter((one) => !taken.includes(one) && !blocked.some(({ path }) => path === one.path));
  return { taken, missed, blocked, changed };
}

/** A dotfile that may be taken. */
export interface Candidate {
  readonly target: string;
  /** Below the home folder. */
  readonly path: string;
  /** Below the working tree. */
  readonly source: string;
}

/** Which dotfiles may be taken, and which may not, and why. */
export async function candidates(
  session: Session,
  lines: readonly StatusLine[],
  tracked: readonly string[],
): Promise<{ take: Candidate[]; remove: Candidate[]; left: Drift[]; blocked: BlockedSecret[] }> {
  const { host, home, options } = session;
  const isFile = (path: string): boolean => host.files.readLink(path) === undefined && host.files.facts(path)?.kind === 'file';
  const edited = lines.filter((line) => isEditedHere(line) && isFile(line.target));
  const deleted = options.propagateDeletes ? lines.filter((line) => isDeletedHere(line) && line.apply === 'A') : [];
  const targets = [...edited, ...deleted].map(({ target }) => target);
  const sources = await trackedSourcesOf(session, targets, tracked);
  const found = { take: [] as Candidate[], remove: [] as Candidate[], left: [] as Drift[], blocked: [] as BlockedSecret[] };
  for (const { target } of edited) {
    const source = sources.get(target);
    const path = relative(home, target);
    if (source === undefined || !canBeCaptured(source)) continue;
    const candidate = { target, path, source };
    const refusal = refusalOf(session, candidate);
    if (refusal === undefined) found.take.push(candidate);
    else if (typeof refusal === 'string') found.left.push({ path, reason: refusal });
    else found.blocked.push(refusal);
  }
  for (const { target } of deleted) {
    const source = sources.get(target);
    if (source !== undefined && isFile(join(session.tree, source)))
      found.remove.push({ target, path: relative(home, target), source });
  }
  return found;
}

/** Why a dotfile must not get into the repository. Zeros alone are what a power cut leaves. */
export function refusalOf(
  { host, options }: Session,
  { target, path, source }: Candidate,
): 'too-large' | 'zeros' | BlockedSecret | undefined {
  if ((host.files.facts(target)?.size ?? 0) > largestNewFile) return 'too-large';
  if (isAllZeros(host.files.readBytes(target) ?? new Uint8Array())) return 'zeros';
  if (isEncrypted(source) || options.allowSecrets.includes(path)) return undefined;
  const secret = findSecret(host.files.readText(target) ?? '');
  return secret === undefined ? undefined : { path, ...secret };
}

/**
 * All at once, or one by one to find the one that chezmoi does not take: its own scan of secrets, or an encryption that fails. `held` when another chezmoi holds its state: this one
 * has ended then, and renames nothing any more.
 */
async function reAdd(
  { chezmoi }: Session,
  files: readonly Candidate[],
  putSourcesBack: () => Promise<void>,
): Promise<readonly BlockedSecret[] | 'held'> {
  if (files.length === 0) return [];
  const result = await chezmoi.run(['re-add', '--recursive=false', '--', ...files.map(({ target }) => target)]);
  if (result.exitCode === 0) return [];
  if (isHeld(result)) return 'held';
  // It may have been killed, and then has written sources of which it does not know.
  await putSourcesBack();
  const blocked: BlockedSecret[] = [];
  for (const { target, path } of files) {
    const alone = await chezmoi.run(['re-add', '--recursive=false', '--', target]);
    if (isHeld(alone)) return 'held';
    if (alone.exitCode === 0) continue;
    blocked.push({ path, kind: 'chezmoi refuses it', line: 0 });
  }
  return blocked;
}

/** As they were before the capture, under the names that they had: chezmoi gives another one in two steps, and cannot do anything where both names are there. */
async function putBack(
  { host, jj, tree, source }: Session,
  picture: Pick<Picture, 'tracked'>,
  before: ReadonlySet<string>,
  files: readonly Candidate[],
): Promise<void> {
  const paths = new Set(files.map(({ path }) => path));
  for (const one of untrackedFiles(host, tree, picture.tracked))
    if (!before.has(one) && paths.has(targetOf({ tree, source }, one) ?? '')) host.files.remove(join(tree, one));
  await jj.must(['restore', '--from', '@-', '--', ...files.map((file) => exactPath(file.source))], 'put sources back', {
    snapshot: true,
  });
}

/** Below an `exact_` folder `re-add` also takes every new file and drops every missing one; only what was asked for stays. */
async function undoSideEffects(
  session: Session,
  picture: Pick<Picture, 'tracked'>,
  before: ReadonlySet<string>,
  wanted: ReadonlySet<string>,
): Promise<readonly ChangedPath[]> {
  const { host, tree, jj } = session;
  for (const path of untrackedFiles(host, tree, picture.tracked)) {
    // Elsewhere a person has saved it meanwhile.
    if (isBelowExact(path) && !before.has(path) && !wanted.has(path)) host.files.remove(join(tree, path));
  }
  const changed = await changedPaths(jj, ['-r', '@'], { snapshot: true });
  const dropped = changed
    .filter(({ status }) => status === 'removed')
    .flatMap(({ paths }) => paths.filter((path) => !wanted.has(path)));
  if (dropped.length === 0) return changed;
  await jj.must(['restore', '--from', '@-', '--', ...dropped.map(exactPath)], 'put files back that were not deleted here', {
    snapshot: true,
  });
  return await changedPaths(jj, ['-r', '@'], { snapshot: true });
}

function isBelowExact(path: string): boolean {
  return path
    .split('/')
    .slice(0, -1)
    .some((folder) => /^(remove_|external_)*exact_/.test(folder));
}

/** Where the files stand now: attributes are part of a name, so a change of permissions renames. */
async function sourcesAfter(session: Session, taken: readonly Candidate[]): Promise<ReadonlyMap<string, string>> {
  const isThere = ({ source }: Candidate): boolean => session.host.files.facts(join(session.tree, source)) !== undefined;
  const renamed = taken.filter((one) => !isThere(one)).map(({ target }) => target);
  const same = taken.filter(isThere).map(({ target, source }) => [target, source] as const);
  return new Map([...same, ...(await sourcesOf(session, renamed))]);
}

async function commit(session: Session, files: readonly string[]): Promise<void> {
  const { jj, names } = session;
  await jj.must(['commit', '-m', captureMessage(session, files)], 'commit what was captured', { snapshot: true });
  await jj.must(['bookmark', 'set', names.tip, '-r', '@-'], 'set the bookmark of this host');
}
