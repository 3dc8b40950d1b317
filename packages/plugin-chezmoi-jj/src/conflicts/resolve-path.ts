import { join, relative } from 'node:path';
import { digestOf, RotaError } from '@rota/core';
import type { StatusLine } from '../chezmoi/status-line.ts';
import { exactPath } from '../jj/fileset.ts';
import { conflictBookmark, pendingPrefix, readPicture } from '../jj/picture.ts';
import type { Conflict } from '../status/sync-status.ts';
import { driftOf } from '../sync/apply/apply.ts';
import { backUp } from '../sync/apply/backup.ts';
import { filesBelow, isFolder } from '../sync/apply/files-below.ts';
import { readHome } from '../sync/home/read-home.ts';
import { sourcesOf } from '../sync/home/sources-of.ts';
import { readMerge } from '../sync/merge/probe-merge.ts';
import type { Session } from '../sync/session/session.ts';
import { addFlags, howMade, isMade } from './add-source.ts';
import { conflictsOf } from './conflicts-of.ts';
import { markedText } from './marked-text.ts';
import { replaceInMerge } from './replace-in-merge.ts';
import { leftBehindAt, refuseLeftBehindBelow, resolveLeftBehind, writtenBefore } from './resolve-left-behind.ts';
import type { Take } from './take.ts';
import { type WaitingMerge, waitingMerge } from './waiting-merge.ts';

/** What is left after one path was resolved. */
export interface Resolved {
  readonly path: string;
  readonly what: 'conflict' | 'drift' | 'secret';
  /** Paths that are still in conflict. */
  readonly left: readonly string[];
}

/**
 * Decides one path: of a conflict, or of a dotfile that was left alone. Nothing is published and, but for `remote` on a file that was left alone,
 * nothing in the home folder changes; the next sync does both.
 *
 * @throws ROTA_DOTFILES_PATH when nothing waits for a decision there
 */
export async function resolvePath(session: Session, path: string, take: Take): Promise<Resolved> {
  const waiting = await waitingMerge(session);
  const conflicts = waiting === undefined ? [] : await conflictsOf(session, waiting.picture, waiting.probe);
  const conflict = conflicts.find((one) => one.path === path);
  if (waiting !== undefined && conflict !== undefined) return await resolveConflict(session, waiting, conflict, take);
  if (await resolveDrift(session, path, take)) return { path, what: 'drift', left: conflicts.map((one) => one.path) };
  const known = conflicts.map((one) => one.path);
  throw new RotaError('ROTA_DOTFILES_PATH', `Nothing waits for a decision at ${path}.`, {
    suggestions: known.length > 0 ? [`In conflict: ${known.join(', ')}`] : ['`rota chezmoi status` lists what was left alone.'],
  });
}

async function resolveConflict(
  session: Session,
  { picture, probe }: WaitingMerge,
  conflict: Conflict,
  take: Take,
): Promise<Resolved> {
  const { jj } = session;
  if (take.from === 'edit') {
    await refuseNews(session, conflict.path, take.shown);
    await replaceInMerge(session, probe.commit, conflict, take.text);
  } else {
    const [tip] = picture.tip;
    const local = probe.heads.find((head) => head === tip) ?? probe.heads.at(-1);
    const side = take.from === 'local' ? local : probe.heads.find((head) => head !== local);
    const paths = conflict.sources.map(exactPath);
    await jj.must(['restore', '--from', side ?? '@-', '--into', probe.commit, '--', ...paths], `take the ${take.from} side`);
  }
  const now = await readPicture(jj, session.names);
  const merge = now.conflict === undefined ? undefined : await readMerge(session, now, now.conflict);
  if (merge === undefined) throw new TypeError('the merge is gone');
  if (merge.conflicted.length === 0) {
    await jj.must(
      ['bookmark', 'set', `${pendingPrefix}${digestOf(merge.commit).slice(0, 8)}`, '-r', merge.commit],
      'keep what was resolved',
    );
    await jj.must(['bookmark', 'forget', conflictBookmark], 'let go of the conflict');
  }
  return { path: conflict.path, what: 'conflict', left: (await conflictsOf(session, now, merge)).map(({ path }) => path) };
}

/** A text knows nothing of what was published while a person wrote it. @throws ROTA_DOTFILES_PATH */
async function refuseNews(session: Session, path: string, shown: string | undefined): Promise<void> {
  if (shown === undefined || withoutLabels(shown) === withoutLabels(await markedText(session, path))) return;
  throw new RotaError('ROTA_DOTFILES_PATH', `${path} was changed again while it was edited; nothing was decided.`, {
    suggestions: [`See what is new, and decide again: rota chezmoi resolve ${path} --take edit`],
  });
}

/** The lines of signs name commits, which change when the merge is made again. */
function withoutLabels(text: string): string {
  return text.replaceAll(/^([<>%+\\|=-]{7,}).*$/gm, '$1');
}

/** A dotfile that was left alone. Taken from here, its source changes, which the next sync takes in; taken from the others, it is written, after a copy. */
async function resolveDrift(session: Session, path: string, take: Take): Promise<boolean> {
  const { chezmoi, home, host, tree } = session;
  const lines = await readHome(session);
  const line = lines.find(({ target }) => relative(home, target) === path);
  const left = leftBehindAt(session, path) ?? (line?.apply === 'D' ? await writtenBefore(session, path) : undefined);
  // Below an `exact_` folder chezmoi still lists what has no source any more, to remove it; it cannot say what the source was.
  if (left !== undefined && (line === undefined || (line.apply === 'D' && take.from !== 'remote')))
    return await resolveLeftBehind(session, path, take, left);
  if (line === undefined) return false;
  if (line.apply === 'D' && take.from !== 'remote') refuseLeftBehindBelow(session, path);
  const [drift] = await driftOf(session, [line]);
  if (take.from === 'remote') {
    await backUp(session, replacedBy(session, line, lines), 'resolve');
    await chezmoi.must(['apply', '--force', '--exclude', 'scripts,externals', '--', line.target], 'write the file');
    return true;
  }
  const source = (await sourcesOf(session, [line.target])).get(line.target);
  if (take.from === 'local' && drift?.reason === 'deleted') {
    if (source !== undefined) host.files.remove(join(tree, source));
    return true;
  }
  if (take.from === 'edit' || (source !== undefined && isMade(source))) {
    throw notTaken(path, line.target, source, take);
  }
  await chezmoi.must(['add', ...addFlags(source), '--', line.target], 'take the file in');
  return true;
}

function notTaken(path: string, target: string, source: string | undefined, take: Take): RotaError {
  const remote = `rota chezmoi resolve ${path} --take remote`;
  if (source === undefined || !isMade(source))
    return new RotaError('ROTA_DOTFILES_PATH', `${path} is not in conflict; there are no two texts to edit.`, {
      suggestions: [`rota chezmoi resolve ${path} --take local`, remote],
    });
  const why = take.from === 'edit' ? 'there are no two texts to edit' : 'what stands here cannot be taken back into its source';
  return new RotaError('ROTA_DOTFILES_PATH', `${path} ${howMade(source)}; ${why}.`, {
    suggestions: [`Edit the source: chezmoi edit ${target}`, `Or take what it makes: ${remote}`],
  });
}

/** All that goes when a target is written whatever stands there: edits too, which nothing else has, and a folder with everything in it. */
function replacedBy({ host }: Session, { target: decided }: StatusLine, lines: readonly StatusLine[]): readonly StatusLine[] {
  const isLink = host.files.readLink(decided) !== undefined;
  const here = isLink || !isFolder(host, decided) ? [decided] : filesBelow(host, decided);
  const written = lines.filter(({ apply: letter, target }) => letter !== 'R' && `${target}/`.startsWith(`${decided}/`));
  const isFile = (target: string): boolean => host.files.facts(target)?.kind === 'file';
  return [...new Set([...here, ...written.map(({ target }) => target)])].map((target) => ({
    here: ' ',
    apply: isFile(target) ? 'M' : 'A',
    target,
  }));
}
