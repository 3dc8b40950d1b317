import { resolve } from 'node:path';
import { asFailure, UpdateFailure } from '../failure.ts';
import { failureOf } from '../machine/classify-output.ts';
import type { UpdateContext } from '../update-context.ts';
import {
  fastForward,
  indexLock,
  isBefore,
  isOvertaken,
  parseUpstream,
  pruneWorktrees,
  push,
  removeWorktree,
  type Upstream,
  upstreamOf,
} from './git-commands.ts';
import type { LockChange } from './lock-change.ts';
import { readUnkeptLock, writeUnkeptLock } from './unkept-lock.ts';

type KeepingContext = Pick<UpdateContext, 'host' | 'call' | 'warn' | 'layout'>;

/**
 * Makes the new lock that of the upstream and then of the checkout, where it may be committed. The checkout never gets a commit that its upstream
 * could not be given, so that a pull can always move it on. The machine is updated already: what does not go through is a warning, and tried again
 * by the next run. Safe to repeat. Never throws.
 */
export async function keepLockChange(context: KeepingContext, change: LockChange): Promise<string> {
  try {
    return await keepOrNoteLock(context, change);
  } catch (error) {
    return tellUnkept(context, error);
  }
}

/**
 * The same for who can still leave it to the next run.
 *
 * @throws UpdateFailure where the lock could neither be kept nor noted down for later: its journal is all that knows of it
 */
export async function keepOrNoteLock(context: KeepingContext, change: LockChange): Promise<string> {
  // It was taken down as ours when it was written.
  if (change.mode === 'in-place') return 'flake.lock is updated, not committed';
  const unnoted = change.commit === null ? null : noteUnkept(context, change.commit, change);
  const { isKept, detail } = await tryToKeep(context, change);
  if (!isKept && unnoted !== null)
    throw new UpdateFailure(unnoted.failureClass, `${detail}, nor noted down for the next run: ${unnoted.message}`);
  return detail;
}

type CommittedLock = Extract<LockChange, { mode: 'committed' }>;

/** Before anything is tried, for a kill. @returns why it could not be */
function noteUnkept(
  { host, layout }: KeepingContext,
  commit: string,
  { repository, digest = null }: CommittedLock,
): UpdateFailure | null {
  try {
    writeUnkeptLock(host.files, layout.unkeptLock, { formatVersion: 1, repository, commit, digest });
    return null;
  } catch (error) {
    return asFailure(error);
  }
}

interface Kept {
  readonly isKept: boolean;
  readonly detail: string;
}

async function tryToKeep(context: KeepingContext, change: CommittedLock): Promise<Kept> {
  try {
    return await keep(context, change);
  } catch (error) {
    return { isKept: false, detail: tellUnkept(context, error) };
  }
}

function tellUnkept({ warn }: KeepingContext, error: unknown): string {
  const { message } = asFailure(error);
  warn(`The lock that runs now could not be kept: ${message}`);
  return `not kept: ${message}`;
}

async function keep(context: KeepingContext, { repository, worktree, commit }: CommittedLock): Promise<Kept> {
  const { host, call, warn, layout } = context;
  const kept = (detail: string): Kept => ({ isKept: true, detail });
  if (commit === null) {
    await call(removeWorktree(repository, worktree));
    return kept('no change to commit');
  }
  const upstream = parseUpstream((await call(upstreamOf(repository))).stdout);
  const problem =
    (upstream?.isPushedTo ? await pushProblem(context, repository, commit, upstream) : null) ??
    (await moveProblem(context, repository, commit));
  await call(removeWorktree(repository, worktree));
  await call(pruneWorktrees(repository));
  if (problem !== null) {
    warn(`The lock that runs now is commit ${commit}. ${problem}`);
    return { isKept: false, detail: `not committed: ${commit}` };
  }
  // What cannot be removed, or is none, says nothing of a lock that the checkout has.
  if (readUnkeptLock(host.files, layout.unkeptLock) !== null) host.files.remove(layout.unkeptLock);
  if (upstream?.isPushedTo) return kept(`committed as ${commit} and pushed`);
  if (upstream === null) return kept(`committed as ${commit}; there is no upstream to push to`);
  warn(
    `The commit ${commit} of flake.lock is not pushed: a plain git push in ${repository} does not go to ${upstream.remote} ${upstream.branch}, which it is pulled from.`,
  );
  return kept(`committed as ${commit}; not pushed`);
}

/** Why the upstream does not have the commit. Nothing is pushed that the checkout could not be moved to then. */
async function pushProblem(
  { host, call }: KeepingContext,
  repository: string,
  commit: string,
  { remote, branch }: Upstream,
): Promise<string | null> {
  const next = `${repository} stays as it is; the next run tries again`;
  if ((await call(isBefore(repository, commit))).exitCode !== 0)
    return `Somebody has committed in ${repository} meanwhile: it stays as it is, and the next run commits the lock on top.`;
  const { exitCode, stdout } = await call(indexLock(repository));
  const locked = resolve(repository, stdout.trim());
  if (exitCode === 0 && host.files.facts(locked) !== undefined) return `Another git is at work (${locked}): ${next}.`;
  const pushed = await call(push(repository, remote, commit, branch));
  if (pushed.exitCode === 0) return null;
  const { message } = failureOf(pushed, 'git', 'git push');
  return isOvertaken(pushed)
    ? `Somebody else had pushed before, so that ${repository} stays as it is until it is pulled: ${message}`
    : `It could not be pushed. ${next}: ${message}`;
}

async function moveProblem({ call }: KeepingContext, repository: string, commit: string): Promise<string | null> {
  const moved = await call(fastForward(repository, commit));
  if (moved.exitCode === 0) return null;
  return `${repository} could not be moved to it; the next run tries again: ${failureOf(moved, 'git', 'git merge').message}`;
}

/**
 * What an earlier run could not keep, before anything is built on the checkout. Whoever has committed since is left alone.
 *
 * @returns the commit to go on from: `HEAD`, or the one that is deployed and still cannot be kept
 */
export async function keepUnkeptLock(context: KeepingContext & Pick<UpdateContext, 'settings'>): Promise<string> {
  const { host, call, layout, settings } = context;
  const unkept = readUnkeptLock(host.files, layout.unkeptLock);
  if (unkept === null || !settings.hostCanCommitConfig) return 'HEAD';
  const { repository, commit, digest } = unkept;
  const before = await call(isBefore(repository, commit));
  if (before.exitCode !== 0) return 'HEAD';
  await keepLockChange(context, { mode: 'committed', repository, worktree: layout.worktree, commit, digest });
  return readUnkeptLock(host.files, layout.unkeptLock) === null ? 'HEAD' : commit;
}
