import { join, relative } from 'node:path';
import { busy, isHeld } from '../../chezmoi/chezmoi.ts';
import { isDeletedHere, isEditedHere, type StatusLine } from '../../chezmoi/status-line.ts';
import { canBeCaptured } from '../../chezmoi/target-path.ts';
import type { ChangedPath } from '../../jj/changed-paths.ts';
import type { Drift } from '../../status/sync-status.ts';
import type { Candidate } from '../capture/capture.ts';
import { readHome } from '../home/read-home.ts';
import { sourcesOf } from '../home/sources-of.ts';
import { targetOf } from '../home/target-of.ts';
import { writtenByChezmoi } from '../home/written-by-chezmoi.ts';
import { keepMixed, removeMixed } from '../session/mixed-home.ts';
import type { Enter, Session } from '../session/session.ts';
import { backUp, keepReplaced, pruneBackups } from './backup.ts';
import { foldersInTheWay } from './folders-in-the-way.ts';
import { keepLeftBehind, sha256 } from './left-behind.ts';

/** What an apply has left. */
export interface Applied {
  /** Below the home folder. */
  readonly files: readonly string[];
  readonly drift: readonly Drift[];
  /** Whether this home now looks like the revision, but for what never is taken from it. */
  readonly complete: boolean;
  /** Files that are new with the revision, and are edited here already. */
  readonly early: readonly Candidate[];
}

/** Everything that can be written without a question; what was edited here, or is unknown to chezmoi, stays. */
const carefully = ['--keep-going', '--less-interactive', '--error-on-conflict'];

/** From the revision of this home to the one that it is to look like. */
interface Move {
  readonly tip: string;
  readonly commit: string;
  readonly changed: readonly ChangedPath[];
}

/**
 * BACKUP and APPLY: brings the revision that is checked out to this home. A file that was edited here, or that chezmoi does not know, is left alone and
 * reported; scripts and externals of other hosts run only where the options allow it, and files are removed only where deletions are propagated.
 */
export async function apply(
  session: Session,
  enter: Enter,
  lines: readonly StatusLine[],
  { tip, commit, changed }: Move,
  before: readonly StatusLine[],
): Promise<Applied> {
  const { home, options } = session;
  enter('apply', { from: tip, to: commit });
  const excluded = [...(options.allowScripts ? [] : ['scripts', 'externals']), ...(options.propagateDeletes ? [] : ['remove'])];
  const exclude = excluded.length === 0 ? [] : ['--exclude', excluded.join(',')];
  const { going, staying } = foldersInTheWay(session, lines, changed, before);
  const replaced = going.map((target): StatusLine => ({ here: ' ', apply: 'D', target }));
  const backup = await backUp(session, [...lines, ...replaced], commit);
  const returning = returningFiles(session, lines, changed);
  if (returning.length > 0) {
    await bringBack(session, exclude, lines, returning);
  }
  const isLater = laterFiles(session, lines, changed, returning);
  const held = lines.filter(({ apply: letter, target }) => isLater(target) || (letter === 'D' && !options.propagateDeletes));
  const isAll = await write(session, exclude, lines, [...staying, ...held.map(({ target }) => target)]);
  const isStaying = (target: string): boolean => staying.some((folder) => target.startsWith(`${folder}/`));
  const rest = changed.filter(({ paths }) => !paths.some((path) => isStaying(join(home, targetOf(session, path) ?? ''))));
  await removeDropped(session, { tip, commit, changed: rest }, before);
  // What succeeds leaves only what it was told to leave.
  const left =
    isAll && staying.length === 0
      ? lines.filter((line) => isLeft(session, line) || isLater(line.target))
      : await readHome(session);
  const known = new Set(left.map(({ target }) => target));
  const files = lines.filter(({ target }) => !known.has(target)).map(({ target }) => relative(home, target));
  if (backup !== undefined) await keepReplaced(session.host, backup, new Set([...known].map((target) => relative(home, target))));
  await pruneBackups(session);
  const waiting = left.filter(({ apply: letter, target }) => !(letter === 'A' && isLater(target)));
  const drift = (await driftOf(session, waiting)).map((one) =>
    staying.includes(join(home, one.path)) ? { ...one, reason: 'folder-in-the-way' as const } : one,
  );
  const complete = staying.length === 0 && !lines.some(({ target }) => isLater(target)) && !blocksAdvance(session, left, changed);
  if (!complete || isBehind(session, left, changed)) keepMixed(session, commit);
  else if (!left.some(isEditedHere)) removeMixed(session);
  return { files, drift, complete, early: earlyFiles(session, left, changed) };
}

/**
 * Makes chezmoi forget that it wrote them, so that it writes them as new files: unless somebody has made another one there meanwhile, which `--force` would overwrite.
 */
async function bringBack(
  { chezmoi }: Session,
  exclude: readonly string[],
  lines: readonly StatusLine[],
  returning: readonly string[],
): Promise<void> {
  const isAbove = (folder: string): boolean => returning.some((target) => target.startsWith(`${folder}/`));
  const folders = lines.filter((line) => isDeletedHere(line) && isAbove(line.target)).map(({ target }) => target);
  for (const target of [...folders, ...returning])
    await chezmoi.must(['state', 'delete', '--bucket=entryState', `--key=${target}`], 'forget a file that is gone');
  const written = await chezmoi.run(['apply', '--parent-dirs', ...carefully, ...exclude, '--', ...returning]);
  if (isHeld(written)) throw busy();
}

/**
 * Writes all but what is held. Answers whether chezmoi has written everything else.
 *
 * What is held is kept out by naming the others: to `--exclude remove` a file that came to be empty is still a file, and chezmoi removes it.
 */
async function write(
  { chezmoi }: Session,
  exclude: readonly string[],
  lines: readonly StatusLine[],
  held: readonly string[],
): Promise<boolean> {
  const others = lines.map(({ target }) => target).filter((target) => !held.includes(target));
  if (held.length > 0 && others.length === 0) return true;
  const named = held.length === 0 ? [] : ['--recursive=false', '--', ...others];
  const result = await chezmoi.run(['apply', ...carefully, ...exclude, ...named]);
  if (isHeld(result)) throw busy();
  return result.exitCode === 0;
}

function isLeft({ host, options }: Session, { apply: letter, target }: StatusLine): boolean {
  if (letter === 'R') return !options.allowScripts;
  const isThere = (): boolean => host.files.readLink(target) !== undefined || host.files.facts(target) !== undefined;
  return letter === 'D' && !options.propagateDeletes && isThere();
}

/**
 * Files that are new with the revision wait while something keeps this home at the one before: there they are nobody's, so that no edit of them could be
 * captured, or compared with what others make of them meanwhile.
 */
function laterFiles(
  session: Session,
  lines: readonly StatusLine[],
  changed: readonly ChangedPath[],
  returning: readonly string[],
): (target: string) => boolean {
  const held = lines.filter((line) => isEditedHere(line) || (isDeletedHere(line) && !returning.includes(line.target)));
  const fresh = blocksAdvance(session, held, changed) ? newFiles(session, changed) : new Map<string, string>();
  return (target) => fresh.has(relative(session.home, target)) && !returning.includes(target);
}

/**
 * Files that were deleted here, which is part of this host's revision, and that the new one has: somebody decided against the deletion. chezmoi remembers that
 * it wrote them once, and would leave them deleted; the next capture would then take that for another deletion.
 */
function returningFiles(session: Session, lines: readonly StatusLine[], changed: readonly ChangedPath[]): readonly string[] {
  const deleted = lines.filter((line) => isDeletedHere(line) && line.apply === 'A').map(({ target }) => target);
  if (deleted.length === 0) return [];
  const fresh = newFiles(session, changed);
  return deleted.filter((target) => fresh.has(relative(session.home, target)));
}

/** What the revision has and the one before had not: below the home folder, and in the repository. */
function newFiles(session: Session, changed: readonly ChangedPath[]): ReadonlyMap<string, string> {
  const targets = (paths: readonly string[]): readonly (readonly [string, string])[] =>
    paths.flatMap((path) => {
      const target = targetOf(session, path);
      return target === undefined ? [] : [[target, path] as const];
    });
  // jj takes a new file that resembles another for a copy of it, or for that one with a new name.
  const added = changed.filter(({ status }) => status === 'added' || status === 'copied' || status === 'renamed');
  const removed = changed.filter(({ status }) => status === 'removed' || status === 'renamed');
  const modified = changed.filter(({ status }) => status === 'modified');
  const before = new Map([
    ...targets(removed.flatMap(({ paths }) => paths.slice(-1))),
    ...targets(modified.flatMap(({ paths }) => paths.slice(0, 1))),
  ]);
  return new Map(targets(added.flatMap(({ paths }) => paths.slice(0, 1))).filter(([target]) => !before.has(target)));
}

/** New files that were edited here before this home was known to look like the revision. */
function earlyFiles(session: Session, left: readonly StatusLine[], changed: readonly ChangedPath[]): readonly Candidate[] {
  const fresh = newFiles(session, changed);
  return left.filter(isEditedHere).flatMap(({ target }) => {
    const path = relative(session.home, target);
    const source = fresh.get(path);
    return source !== undefined && canBeTaken(session, target, source) ? [{ target, path, source }] : [];
  });
}

function canBeTaken({ host }: Session, target: string, source: string): boolean {
  return canBeCaptured(source) && host.files.readLink(target) === undefined && host.files.facts(target)?.kind === 'file';
}

/**
 * Removes files that another host has deleted, where they are as they were written and deletions are propagated, and remembers what stays; `before` is what differed from the
 * revision before.
 */
async function removeDropped(session: Session, { commit, changed }: Move, before: readonly StatusLine[]): Promise<void> {
  const { host, home, chezmoi, options } = session;
  // With another name it is gone from where it was; other attributes alone leave it managed.
  const sources = new Map(
    changed
      .filter(({ status }) => status === 'removed' || status === 'renamed')
      .flatMap(({ paths }) => paths.slice(-1).map((source) => [targetOf(session, source) ?? '', source] as const)),
  );
  const gone = [...sources.keys()].filter((path) => path !== '' && host.files.facts(join(home, path))?.kind === 'file');
  if (gone.length === 0) return;
  // What it is to remove counts as managed too: below an `exact_` folder that is what has no source any more.
  const managed = new Set((await chezmoi.must(['managed', '-0', '--exclude', 'remove'], 'list its files')).split('\0'));
  const written = await writtenByChezmoi(session);
  const dropped = gone.filter((path) => !managed.has(path));
  // An edit may have come since: while the sync runs, or after one that was cut off.
  const isAsWritten = (path: string): boolean =>
    sha256(host.files.readBytes(join(home, path)) ?? '') === written.get(join(home, path));
  const isDifferent = (path: string): boolean => before.some((line) => line.target === join(home, path));
  const going = options.propagateDeletes ? dropped.filter((path) => !isDifferent(path) && isAsWritten(path)) : [];
  await backUp(
    session,
    going.map((path) => ({ here: ' ', apply: 'D', target: join(home, path) })),
    commit,
  );
  // Once more: the copies took their time.
  for (const path of going) if (isAsWritten(path)) host.files.remove(join(home, path));
  const left = dropped.filter((path) => host.files.facts(join(home, path)) !== undefined);
  const known = left.flatMap((path) => {
    const hash = written.get(join(home, path));
    return hash === undefined ? [] : [[path, { hash, source: sources.get(path) }] as const];
  });
  keepLeftBehind(session, Object.fromEntries(known));
}

/** Why each dotfile that still differs was left alone. */
export async function driftOf(session: Session, lines: readonly StatusLine[]): Promise<readonly Drift[]> {
  const edited = lines.filter(isEditedHere);
  const sources = await sourcesOf(
    session,
    edited.map(({ target }) => target),
  );
  const isTemplate = (target: string): boolean => !canBeCaptured(sources.get(target) ?? '.tmpl');
  return lines
    .filter(({ apply: letter }) => letter !== ' ')
    .map((line) => ({ path: relative(session.home, line.target), reason: reasonOf(session, line, isTemplate(line.target)) }));
}

function reasonOf({ host }: Session, line: StatusLine, isTemplate: boolean): Drift['reason'] {
  if (line.apply === 'R') return 'script';
  if (line.apply === 'D') return 'removal';
  if (isDeletedHere(line)) return 'deleted';
  if (!isEditedHere(line)) return 'unknown-here';
  // A link or a folder where a file was, or a link where a folder was.
  const isFile = host.files.readLink(line.target) === undefined && host.files.facts(line.target)?.kind === 'file';
  if (!isFile) return 'not-captured';
  return isTemplate ? 'edited-template' : 'edited';
}

/**
 * A file that was edited or deleted here meanwhile, and that the revision changes too, is based on the revision before: the bookmark stays there, so that the next
 * capture sees it as an edit of that one, and not as the wish to have the old content back, or the new one gone. Where no edit is taken, none keeps what others have made away.
 */
function blocksAdvance(session: Session, left: readonly StatusLine[], changed: readonly ChangedPath[]): boolean {
  return isBehind(session, session.options.autoCommit ? left : left.filter(isDeletedHere), changed);
}

/** Whether the revision changes a file that was edited or deleted here. */
function isBehind(session: Session, left: readonly StatusLine[], changed: readonly ChangedPath[]): boolean {
  const { home, options } = session;
  const counts = (here: string): boolean => here === 'M' || (here === 'D' && options.propagateDeletes);
  const fresh = newFiles(session, changed);
  // What no capture takes cannot be based on the wrong revision.
  const isNeverTaken = (target: string): boolean => {
    const source = fresh.get(relative(home, target));
    return source !== undefined && !canBeTaken(session, target, source);
  };
  const edited = left
    .filter(({ here, target }) => counts(here) && (here === 'D' || !isNeverTaken(target)))
    .map(({ target }) => relative(home, target));
  const targets = changed.flatMap(({ paths }) => paths.map((path) => targetOf(session, path)));
  return edited.some((path) => targets.includes(path));
}
