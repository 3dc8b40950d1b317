import { randomUUID } from 'node:crypto';
import { digestOf } from '@rota/core';
import { duplicateTargets } from '../../conflicts/duplicate-targets.ts';
import { exactName } from '../../jj/fileset.ts';
import { commitIds, jsonLine, jsonList } from '../../jj/json-template.ts';
import { conflictBookmark, type Head, type Picture, pendingPrefix } from '../../jj/picture.ts';
import type { Enter, Session } from '../session/session.ts';

/** What all lines of work come to. */
export interface Probe {
  /** The revision that holds everything: one of the lines, or a new merge. */
  readonly commit: string;
  /** The lines that are not part of each other, the shared branch first. */
  readonly heads: readonly string[];
  /** Whether `commit` was made just now, and nobody has decided anything in it. */
  readonly isNew: boolean;
  /** The merge that waits for a person, as it is now. */
  readonly waiting: string | undefined;
  /** Paths of the repository that are in conflict; empty when the merge is clean. */
  readonly conflicted: readonly string[];
}

const template = jsonLine({
  commit: 'json(commit_id)',
  conflicted: jsonList('conflicted_files', 'json(x.path())'),
  files: jsonList('self.files()', 'json(x.path())'),
});

/**
 * PLAN and PROBE: merges the shared branch, this home and the edits of the source folder, without checking anything out. A conflict is data in the
 * merge; the working copy never sees it. `without` are lines that must not be published, the merge that waits among them where it holds one: it is made again without
 * that line, or waits until it may go along, so that what was decided in it stays.
 */
export async function probeMerge(
  session: Session,
  enter: Enter,
  picture: Picture,
  without: ReadonlySet<string> = new Set(),
): Promise<Probe> {
  const { jj, names } = session;
  const found = without.size === 0 ? picture.heads : await headsWithout(session, picture, without);
  const heads = found.toSorted((a, b) => rankOf(picture, a.commit) - rankOf(picture, b.commit) || (a.commit < b.commit ? -1 : 1));
  const [only] = heads;
  const made = (merge: Head, lines: readonly string[]): Probe =>
    probeOf(session, merge, { heads: lines, waiting: picture.conflict });
  if (only !== undefined && heads.length === 1) {
    const alone = made(only, [only.commit]);
    return without.has(picture.conflict ?? '') ? { ...alone, waiting: undefined } : alone;
  }
  const ids = heads.map(({ commit }) => commit);
  const kept = await keptMerge(session, picture, ids);
  if (kept !== undefined) return made(kept, ids);
  const [operation] = await jj.lines(
    ['op', 'log', '--no-graph', '-n1', '-T', jsonLine({ id: 'json(id)' })],
    'read the operation log',
  );
  enter('probe', { operation: idOf(operation) });
  const moved = await movedMerge(session, picture, ids);
  if (moved !== undefined) return probeOf(session, moved, { heads: ids, waiting: moved.commit });
  const mark = `sync-merge-${randomUUID()}`;
  await jj.must(
    ['new', '--no-edit', '-m', `sync: merge ${ids.length} lines\n\nHost: ${names.tip}\nMerge: ${mark}`, ...ids],
    'merge',
  );
  const [merge] = (
    await jj.lines(['log', '--no-graph', '-r', `description(substring:"${mark}")`, '-T', template], 'read the merge')
  ).filter(isHead);
  if (merge === undefined) throw new TypeError('jj made no merge');
  return { ...made(merge, ids), isNew: true };
}

async function headsWithout(
  { jj }: Session,
  { remoteMain, tip, pending }: Picture,
  without: ReadonlySet<string>,
): Promise<readonly Head[]> {
  const lines = [remoteMain, tip[0], ...pending.map(({ commit }) => commit)].filter(
    (commit) => commit !== undefined && !without.has(commit),
  );
  const heads = await jj.lines(['log', '--no-graph', '-r', `heads(${lines.join(' | ')})`, '-T', template], 'find what differs');
  return heads.filter(isHead);
}

/** The merge that waits for a person already, if nothing has moved since; what was resolved in it stays so. */
async function keptMerge({ jj }: Session, { conflict }: Picture, heads: readonly string[]): Promise<Head | undefined> {
  if (conflict === undefined) return undefined;
  const parents = await jj.lines(['log', '--no-graph', '-r', `${conflict}-`, '-T', commitIds], 'read the merge');
  if (parents.length !== heads.length || !parents.every((parent) => typeof parent === 'string' && heads.includes(parent)))
    return undefined;
  return (await jj.lines(['log', '--no-graph', '-r', conflict, '-T', template], 'read the merge')).find(isHead);
}

/** The merge that waits, moved to where its lines are now: what a person has decided in it goes along, and is asked for again only where it no longer fits. */
async function movedMerge({ jj }: Session, { conflict }: Picture, heads: readonly string[]): Promise<Head | undefined> {
  if (conflict === undefined) return undefined;
  // It fails where a person has built upon the merge.
  const { exitCode } = await jj.run(['rebase', '-r', conflict, ...heads.flatMap((head) => ['--onto', head])]);
  if (exitCode !== 0) return undefined;
  const waiting = `bookmarks(${exactName(conflictBookmark)})`;
  return (await jj.lines(['log', '--no-graph', '-r', waiting, '-T', template], 'read the merge')).find(isHead);
}

/** A merge that was made before, with the lines that it merges. */
export async function readMerge(session: Session, picture: Picture, commit: string): Promise<Probe | undefined> {
  const parents = await session.jj.lines(['log', '--no-graph', '-r', `${commit}-`, '-T', commitIds], 'read the merge');
  const head = (await session.jj.lines(['log', '--no-graph', '-r', commit, '-T', template], 'read the merge')).find(isHead);
  if (head === undefined) return undefined;
  const heads = parents.filter((parent) => typeof parent === 'string');
  return probeOf(session, head, {
    heads: heads.toSorted((a, b) => rankOf(picture, a) - rankOf(picture, b)),
    waiting: picture.conflict,
  });
}

function rankOf({ remoteMain, tip }: Picture, commit: string): number {
  if (commit === remoteMain) return 0;
  return commit === tip[0] ? 1 : 2;
}

/** Two files that stand for one dotfile are no conflict to jj; chezmoi could do nothing with them. */
function probeOf({ tree, source }: Session, head: Head, around: Pick<Probe, 'heads' | 'waiting'>): Probe {
  const folder = source === tree ? '' : `${source.slice(tree.length + 1)}/`;
  const conflicted = [...new Set([...head.conflicted, ...duplicateTargets(head.files, folder)])].sort();
  return { commit: head.commit, ...around, isNew: false, conflicted };
}

/** Takes a merge back that nobody needs. */
export async function dropMerge({ jj }: Session, probe: Probe): Promise<void> {
  if (probe.isNew) await jj.must(['abandon', probe.commit], 'drop a merge');
}

/** Keeps the conflicted merge for `resolve`. The merge that waited before is dropped. */
export async function keepConflict({ jj }: Session, { commit, waiting }: Probe): Promise<void> {
  if (waiting === commit) return;
  await jj.must(['bookmark', 'set', conflictBookmark, '-r', commit, '--allow-backwards'], 'keep the conflict');
  await dropWaiting(jj, waiting);
}

/** Nothing is in conflict any more. What was decided in the merge is a line of work until all have it. */
export async function endConflict({ jj }: Session, { commit, waiting }: Probe): Promise<void> {
  if (waiting === undefined) return;
  if (waiting === commit)
    await jj.must(['bookmark', 'set', `${pendingPrefix}${digestOf(commit).slice(0, 8)}`, '-r', commit], 'keep what was decided');
  await jj.must(['bookmark', 'delete', conflictBookmark], 'let go of the conflict that was');
  await dropWaiting(jj, waiting);
}

async function dropWaiting(jj: Session['jj'], waiting: string | undefined): Promise<void> {
  if (waiting !== undefined) await jj.run(['abandon', `${waiting} ~ ::remote_bookmarks() ~ ::bookmarks()`]);
}

function idOf(value: unknown): string | null {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string' ? value.id : null;
}

function isHead(value: unknown): value is Head {
  return typeof value === 'object' && value !== null && 'commit' in value && 'conflicted' in value && 'files' in value;
}
