import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { changedPaths } from '../jj/changed-paths.ts';
import { exactPath } from '../jj/fileset.ts';
import { commitIds, jsonLine } from '../jj/json-template.ts';
import { type Picture, readPicture } from '../jj/picture.ts';
import { trackFiles } from './capture/settle-working-copy.ts';
import { untrackedFiles } from './capture/untracked-files.ts';
import { targetOf } from './home/target-of.ts';
import { type Journal, type Phase, readJournal, writeJournal } from './session/journal.ts';
import { keepMixed } from './session/mixed-home.ts';
import { syncUser } from './session/program-environment.ts';
import type { Session } from './session/session.ts';

/** States in which nothing has left this host and nothing has reached this home yet. */
const reversible: readonly Phase[] = ['probe', 'validate'];

/**
 * Puts right what a sync left that was cut off. What was captured is never taken back; what was published stays published. A merge that nobody has seen is
 * taken back through the operation log, unless somebody else has worked in the repository since.
 *
 * @returns the journal that was found
 */
export async function recover(session: Session): Promise<Journal | undefined> {
  const journal = readJournal(session.host, session.place);
  if (journal === undefined) return undefined;
  removeOwnLock(session, journal);
  if (journal.to !== null && (journal.phase === 'apply' || journal.phase === 'advance')) keepMixed(session, journal.to);
  await session.jj.run(['workspace', 'update-stale'], { snapshot: true });
  const looked = await readPicture(session.jj, session.names, { snapshot: true });
  const picture =
    journal.phase === 'capture'
      ? await putBackRenamed(session, journal, looked)
      : await dropHalfWrittenFiles(session, journal, looked);
  if (journal.operation === null || !reversible.includes(journal.phase)) await dropOwnMerges(session);
  else if (picture.at.empty && (await isOnlyOurs(session, journal.operation))) await restoreOperation(session, journal.operation);
  else await dropOwnMerges(session);
  if (journal.taking?.length === 0) return journal;
  // What is deleted from here on is deleted by somebody, also when this sync comes no further.
  const recovered = { ...journal, taking: [] };
  writeJournal(session.host, session.place, recovered);
  return recovered;
}

/** git's lock of a command that died with the sync: it is younger than the sync, and no other sync runs. */
function removeOwnLock({ host, tree }: Session, { startedAt }: Journal): void {
  const lock = join(tree, '.git', 'index.lock');
  const facts = host.files.facts(lock);
  if (facts !== undefined && facts.modifiedMs >= Date.parse(startedAt) && host.now() - facts.modifiedMs > 5_000)
    host.files.remove(lock);
}

/**
 * A checkout that was cut off leaves files of the one revision in the other, and one that is missing or cut short. They are nobody's edits; taken for
 * edits, they would revert somebody else's.
 */
async function dropHalfWrittenFiles(session: Session, { from, to, phase }: Journal, picture: Picture): Promise<Picture> {
  if (picture.at.empty || from === null || to === null || !['settle', 'validate', 'publish', 'apply', 'advance'].includes(phase))
    return picture;
  const { jj, names } = session;
  const changed = await changedPaths(jj, ['-r', '@']);
  const [unlikeFrom, unlikeTo, between] = await Promise.all([
    changedPaths(jj, ['--from', from, '--to', '@']),
    changedPaths(jj, ['--from', to, '--to', '@']),
    changedPaths(jj, ['--from', from, '--to', to]),
  ]);
  const holds = (list: typeof changed, path: string): boolean => list.some(({ paths }) => paths.includes(path));
  const halves: string[] = [];
  for (const path of new Set(changed.flatMap(({ paths }) => paths))) {
    if (!holds(between, path)) continue;
    if (!holds(unlikeFrom, path) || !holds(unlikeTo, path) || (await isCutShort(session, path, [from, to]))) halves.push(path);
  }
  if (halves.length === 0) return picture;
  await jj.must(['restore', '--from', '@-', '--', ...halves.map(exactPath)], 'put half-written files right', { snapshot: true });
  return await readPicture(jj, names, { snapshot: true });
}

/**
 * Permissions are part of a source's name, and chezmoi writes the new one before or after it takes the old one away. A source that it was to take an edit into, and that has no successor though
 * its dotfile is in the home, was not deleted by anybody. Others were: `chezmoi forget` leaves the dotfile.
 */
async function putBackRenamed(session: Session, { taking }: Journal, looked: Picture): Promise<Picture> {
  const isFinished = await finishRenames(session, taking ?? [], looked);
  const picture = isFinished ? await readPicture(session.jj, session.names, { snapshot: true }) : looked;
  if (picture.at.empty || taking?.length === 0) return picture;
  const { jj, host, tree, home, names } = session;
  const removed = (await changedPaths(jj, ['-r', '@']))
    .filter(({ status }) => status === 'removed')
    // An older version has not written down which.
    .flatMap(({ paths }) => paths.filter((path) => taking?.includes(path) ?? true));
  if (removed.length === 0) return picture;
  const there = new Set(
    [...picture.tracked, ...untrackedFiles(host, tree, picture.tracked)].map((path) => targetOf(session, path)),
  );
  const lost = removed.filter((path) => {
    const target = targetOf(session, path);
    return target !== undefined && !there.has(target) && host.files.facts(join(home, target))?.kind === 'file';
  });
  if (lost.length === 0) return picture;
  await jj.must(['restore', '--from', '@-', '--', ...lost.map(exactPath)], 'put sources back that were to get another name', {
    snapshot: true,
  });
  return await readPicture(jj, names, { snapshot: true });
}

/**
 * Where the new name is there and the old one still, chezmoi can do nothing at all: the old one goes, which the history has. The new one is tracked as the old one was, whatever is done with
 * new files. Answers whether there was one.
 */
async function finishRenames(session: Session, taking: readonly string[], { tracked }: Picture): Promise<boolean> {
  const { host, tree } = session;
  const renamed = new Map(taking.map((path) => [targetOf(session, path), path]));
  renamed.delete(undefined);
  const fresh =
    renamed.size === 0 ? [] : untrackedFiles(host, tree, tracked).filter((path) => renamed.has(targetOf(session, path)));
  for (const path of fresh) {
    const old = renamed.get(targetOf(session, path));
    if (old !== undefined && host.files.facts(join(tree, old)) !== undefined) host.files.remove(join(tree, old));
  }
  await trackFiles(session, fresh);
  return fresh.length > 0;
}

/** Missing, or the beginning of what it was to become. */
async function isCutShort({ jj, tree }: Session, path: string, revisions: readonly string[]): Promise<boolean> {
  const here = bytesOf(join(tree, path));
  if (here === undefined) return true;
  for (const revision of revisions) {
    const whole = await jj.run(['file', 'show', '-r', revision, '--', exactPath(path)], { encoding: 'latin1' });
    if (whole.exitCode === 0 && Buffer.from(whole.stdout, 'latin1').subarray(0, here.length).equals(here)) return true;
  }
  return false;
}

function bytesOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** Whether every operation since then was made by a sync. */
async function isOnlyOurs({ jj }: Session, operation: string): Promise<boolean> {
  const made = await jj.lines(
    ['op', 'log', '--no-graph', '-n', '200', '-T', jsonLine({ id: 'json(id)', user: 'json(user)' })],
    'read the operation log',
  );
  const ids = made.filter(isOperation);
  const index = ids.findIndex(({ id }) => id === operation);
  return index !== -1 && ids.slice(0, index).every(({ user }) => user.startsWith(`${syncUser}@`));
}

/** Not the remote-tracking bookmarks: taken back, they would make the next push think that the remote moved. */
async function restoreOperation({ jj }: Session, operation: string): Promise<void> {
  await jj.must(['op', 'restore', operation, '--what', 'repo'], 'take back a merge that was cut off', { snapshot: true });
}

async function dropOwnMerges({ jj }: Session): Promise<void> {
  const merges = 'description(substring:"Merge: sync-merge-") ~ ::(bookmarks() | remote_bookmarks() | @)';
  const found = await jj.lines(['log', '--no-graph', '-r', merges, '-T', commitIds], 'look for merges that were cut off');
  if (found.length > 0) await jj.run(['abandon', ...found.filter((id) => typeof id === 'string')]);
}

function isOperation(value: unknown): value is { readonly id: string; readonly user: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    typeof value.id === 'string' &&
    'user' in value &&
    typeof value.user === 'string'
  );
}
