import { join } from 'node:path';
import type { StatusLine } from '../../chezmoi/status-line.ts';
import { exactPath } from '../../jj/fileset.ts';
import { commitIds } from '../../jj/json-template.ts';
import { type Picture, readPicture } from '../../jj/picture.ts';
import type { BlockedSecret, Drift } from '../../status/sync-status.ts';
import { sha256 } from '../apply/left-behind.ts';
import { writtenByChezmoi } from '../home/written-by-chezmoi.ts';
import { readMixed } from '../session/mixed-home.ts';
import type { Enter, Session } from '../session/session.ts';
import { type Candidate, candidates, refusalOf, takeIn } from './capture.ts';
import { captureMessage } from './capture-message.ts';
import { goTo } from './go-to.ts';
import { keepEdits } from './settle-working-copy.ts';

/** Why some were not taken. */
export interface NotTaken {
  readonly drift: readonly Drift[];
  readonly blocked: readonly BlockedSecret[];
}

/** An edit, and the revision that has the version it is based on, where that is known. */
export interface EarlyEdit extends Candidate {
  readonly base?: string;
}

/**
 * Takes edits of files that are new with `revision` and were edited before this home was known to look like it: a sync was cut off in between. The revision of this home (`tip`)
 * does not have them, so that no capture sees them. Each becomes an edit of the version that chezmoi wrote, a line of work of its own: whatever others made of it since is
 * merged, or is a conflict. The working copy is left there, and the journal says that it goes to `tip` next.
 */
export async function captureEarly(
  session: Session,
  enter: Enter,
  { revision, tip }: { readonly revision: string; readonly tip: string },
  files: readonly EarlyEdit[],
): Promise<NotTaken> {
  const drift: Drift[] = [];
  const blocked: BlockedSecret[] = [];
  let at = revision;
  const isBased = files.every(({ base }) => base !== undefined);
  const written = isBased ? new Map<string, string>() : await writtenByChezmoi(session);
  for (const file of files) {
    const why = refusalOf(session, file) ?? (session.options.autoCommit ? undefined : 'not-captured');
    if (typeof why === 'string') drift.push({ path: file.path, reason: why });
    else if (why !== undefined) blocked.push(why);
    if (why !== undefined) continue;
    const base =
      file.base ??
      (await versionWritten(session, revision, file, written.get(file.target))) ??
      (await firstVersion(session, revision, file));
    if (base === undefined) continue;
    enter('settle', { from: at, to: base });
    await goTo(session, base, 'go to the version of a file that was written here');
    at = base;
    enter('capture');
    const taken = await takeIn(session, enter, await readPicture(session.jj, session.names), [file], []);
    blocked.push(...taken.blocked);
    drift.push(...taken.missed.map(({ path }): Drift => ({ path, reason: 'not-captured' })));
    if (taken.changed.length === 0) continue;
    await keepEdits(session.jj, (await readPicture(session.jj, session.names)).at.commit, captureMessage(session, [file.path]));
    at = (await readPicture(session.jj, session.names)).at.commit;
  }
  if (at !== revision) enter('settle', { from: at, to: tip });
  return { drift, blocked };
}

/** What was taken of a home that holds files of two revisions. */
export interface TakenOfMixed extends NotTaken {
  /** Below the home folder. */
  readonly files: readonly string[];
}

/** Takes those edits that are not based on this home's revision, as {@link captureEarly}; the working copy comes back to it. `undefined` when there is none. */
export async function captureMixed(
  session: Session,
  enter: Enter,
  picture: Picture,
  lines: readonly StatusLine[],
): Promise<TakenOfMixed | undefined> {
  const [revision, [tip]] = [readMixed(session), picture.tip];
  if (revision === undefined || tip === undefined || !session.options.autoCommit) return undefined;
  const { take } = await candidates(session, lines, picture.tracked);
  const early = await editsOfMixed(session, revision, take);
  if (early.length === 0) return undefined;
  const left = await captureEarly(session, enter, { revision: tip, tip }, early);
  await goTo(session, tip, 'go back to the revision of this host');
  const isLeft = (path: string): boolean => [...left.drift, ...left.blocked].some((one) => one.path === path);
  return { ...left, files: early.map(({ path }) => path).filter((path) => !isLeft(path)) };
}

/** Those edits of dotfiles that are based on a version which `revision` has, and the working copy has not: the home holds files of both. */
async function editsOfMixed(
  session: Session,
  revision: string,
  files: readonly Candidate[],
): Promise<readonly Required<EarlyEdit>[]> {
  const { host, tree } = session;
  const written = files.length === 0 ? new Map<string, string>() : await writtenByChezmoi(session);
  const found: Required<EarlyEdit>[] = [];
  for (const file of files) {
    const hash = written.get(file.target);
    if (hash === undefined || hash === sha256(host.files.readBytes(join(tree, file.source)) ?? '')) continue;
    const base = await versionWritten(session, revision, file, hash);
    if (base !== undefined) found.push({ ...file, base });
  }
  return found;
}

/** The latest version that is what chezmoi wrote here; none of one that is encrypted, or that a newer sync wrote. */
async function versionWritten(
  session: Session,
  revision: string,
  { source }: Candidate,
  written: string | undefined,
): Promise<string | undefined> {
  for (const commit of await versionsOf(session, revision, source)) {
    const shown = await session.jj.run(['file', 'show', '-r', commit, '--', exactPath(source)], { encoding: 'latin1' });
    if (shown.exitCode === 0 && sha256(Buffer.from(shown.stdout, 'latin1')) === written) return commit;
  }
  return undefined;
}

async function firstVersion(session: Session, revision: string, { source }: Candidate): Promise<string | undefined> {
  return (await versionsOf(session, revision, source)).at(-1);
}

async function versionsOf({ jj }: Session, revision: string, source: string): Promise<readonly string[]> {
  const versions = await jj.lines(
    ['log', '--no-graph', '-r', `files(${exactPath(source)}) & ::present(${revision})`, '-T', commitIds],
    'find the versions of a file',
  );
  return versions.filter((commit) => typeof commit === 'string');
}
