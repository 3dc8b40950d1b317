import { join, relative } from 'node:path';
import { busy, isHeld } from '../chezmoi/chezmoi.ts';
import { isDeletedHere, isEditedHere, type StatusLine } from '../chezmoi/status-line.ts';
import { canBeCaptured, targetPath } from '../chezmoi/target-path.ts';
import { changedPaths } from '../jj/changed-paths.ts';
import type { Drift } from '../status/sync-status.ts';
import { backUp } from './backup.ts';
import { readHome } from './capture.ts';
import type { Enter, Session } from './session.ts';
import { sourcesOf } from './sources-of.ts';

/** What an apply has left. */
export interface Applied {
  /** Below the home folder. */
  readonly files: readonly string[];
  readonly drift: readonly Drift[];
  /** Whether this home now looks like the revision, but for what never is taken from it. */
  readonly complete: boolean;
}

/**
 * BACKUP and APPLY: brings the revision that is checked out to this home. A file that was edited here, or that chezmoi does not know, is left alone and
 * reported; scripts and externals of other hosts run only where the options allow it, and files are removed only where deletions are propagated.
 */
export async function apply(
  session: Session,
  enter: Enter,
  lines: readonly StatusLine[],
  tip: string,
  commit: string,
  before: readonly StatusLine[],
): Promise<Applied> {
  const { chezmoi, home, options } = session;
  enter('apply', { from: tip, to: commit });
  const excluded = [...(options.allowScripts ? [] : ['scripts', 'externals']), ...(options.propagateDeletes ? [] : ['remove'])];
  await backUp(session, lines, commit);
  const result = await chezmoi.run([
    'apply',
    '--keep-going',
    '--less-interactive',
    '--error-on-conflict',
    ...(excluded.length === 0 ? [] : ['--exclude', excluded.join(',')]),
  ]);
  if (isHeld(result)) throw busy();
  if (options.propagateDeletes && tip !== commit) await removeDropped(session, tip, commit, before);
  // What succeeds leaves only what it was told to leave.
  const left = result.exitCode === 0 ? lines.filter(({ apply: letter }) => isLeft(letter, options)) : await readHome(session);
  const known = new Set(left.map(({ target }) => target));
  const files = lines.filter(({ target }) => !known.has(target)).map(({ target }) => relative(home, target));
  const drift = await driftOf(session, left);
  return { files, drift, complete: !(await blocksAdvance(session, left, tip, commit)) };
}

function isLeft(letter: string, { allowScripts, propagateDeletes }: Session['options']): boolean {
  return (letter === 'R' && !allowScripts) || (letter === 'D' && !propagateDeletes);
}

/** Removes files that another host has deleted, where they are as they were written; `before` is what differed from the revision before. */
async function removeDropped(session: Session, tip: string, commit: string, before: readonly StatusLine[]): Promise<void> {
  const { host, jj, tree, source, home, chezmoi } = session;
  const folder = relative(tree, source);
  const targetOf = (path: string): string | undefined => targetPath(folder === '' ? path : relative(folder, path));
  const changed = await changedPaths(jj, ['--from', tip, '--to', commit]);
  const gone = changed.filter(({ status }) => status === 'removed').flatMap(({ paths }) => paths.map(targetOf));
  const managed = new Set((await chezmoi.must(['managed', '-0'], 'list its files')).split('\0'));
  const targets = gone
    .filter((path) => path !== undefined && !managed.has(path))
    .map((path) => join(home, path ?? ''))
    .filter((target) => !before.some((line) => line.target === target) && host.files.facts(target)?.kind === 'file');
  await backUp(
    session,
    targets.map((target) => ({ here: ' ', apply: 'D', target })),
    commit,
  );
  for (const target of targets) host.files.remove(target);
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
    .map((line) => ({ path: relative(session.home, line.target), reason: reasonOf(line, isTemplate(line.target)) }));
}

function reasonOf(line: StatusLine, isTemplate: boolean): Drift['reason'] {
  if (line.apply === 'R') return 'script';
  if (line.apply === 'D') return 'removal';
  if (isDeletedHere(line)) return 'deleted';
  if (isEditedHere(line)) return isTemplate ? 'edited-template' : 'edited';
  return 'unknown-here';
}

/**
 * A file that was edited here meanwhile, and that the revision changes too, is based on the revision before: the bookmark stays there, so that the next capture
 * sees it as an edit of that one, and not as the wish to have the old content back.
 */
async function blocksAdvance(
  { jj, tree, source, home }: Session,
  left: readonly StatusLine[],
  tip: string,
  commit: string,
): Promise<boolean> {
  const edited = left.filter(({ here }) => here === 'M').map(({ target }) => relative(home, target));
  if (edited.length === 0 || tip === commit) return false;
  const folder = relative(tree, source);
  const changed = await changedPaths(jj, ['--from', tip, '--to', commit]);
  const targets = changed.flatMap(({ paths }) => paths.map((path) => targetPath(folder === '' ? path : relative(folder, path))));
  return edited.some((path) => targets.includes(path));
}
