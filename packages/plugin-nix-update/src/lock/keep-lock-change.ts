import { failureOf } from '../machine/classify-output.ts';
import type { UpdateContext } from '../update-context.ts';
import {
  fastForward,
  isBefore,
  isOvertaken,
  parseUpstream,
  pruneWorktrees,
  push,
  removeWorktree,
  upstreamOf,
} from './git-commands.ts';
import type { LockChange } from './lock-change.ts';
import { readUnkeptLock, writeUnkeptLock } from './unkept-lock.ts';

type KeepingContext = Pick<UpdateContext, 'host' | 'call' | 'warn' | 'layout'>;

/**
 * Makes the new lock that of the upstream and of the checkout: pushed and fast-forwarded, where it may be committed. The machine is
 * updated already, so what does not go through is a warning, and tried again by the next run. Safe to repeat.
 */
export async function keepLockChange(context: KeepingContext, change: LockChange): Promise<string> {
  const { host, call, warn, layout } = context;
  // It was taken down as ours when it was written.
  if (change.mode === 'in-place') return 'flake.lock is updated, not committed';
  const { repository, worktree, commit, digest = null } = change;
  if (commit === null) {
    await call(removeWorktree(repository, worktree));
    return 'no change to commit';
  }
  writeUnkeptLock(host.files, layout.unkeptLock, { formatVersion: 1, repository, commit, digest });
  const upstream = parseUpstream((await call(upstreamOf(repository))).stdout);
  const pushed = upstream === null ? null : await call(push(repository, upstream.remote, commit, upstream.branch));
  // A checkout with a commit of its own could not be moved on by a pull any more.
  if (pushed !== null && isOvertaken(pushed)) {
    warn(
      `The lock that runs now is commit ${commit}. Somebody else had pushed before, so that ${repository} stays as it is until it is pulled: ${failureOf(pushed, 'git', 'git push').message}`,
    );
    await call(removeWorktree(repository, worktree));
    await call(pruneWorktrees(repository));
    return `not committed: ${commit}`;
  }
  const moved = await call(fastForward(repository, commit));
  if (moved.exitCode !== 0) {
    warn(
      `The lock that runs now is commit ${commit}, but ${repository} could not be moved to it; the next run tries again: ${failureOf(moved, 'git', 'git merge').message}`,
    );
    return `not committed: ${commit}`;
  }
  await call(removeWorktree(repository, worktree));
  await call(pruneWorktrees(repository));
  if (pushed !== null && pushed.exitCode !== 0) {
    warn(
      `The commit ${commit} of flake.lock could not be pushed; the next run tries again: ${failureOf(pushed, 'git', 'git push').message}`,
    );
    return `committed as ${commit}; not pushed`;
  }
  host.files.remove(layout.unkeptLock);
  return pushed === null ? `committed as ${commit}; there is no upstream to push to` : `committed as ${commit} and pushed`;
}

/** What an earlier run could not keep, before anything is built on the checkout. Whoever has committed since is left alone. */
export async function keepUnkeptLock(context: KeepingContext & Pick<UpdateContext, 'settings'>): Promise<void> {
  const { host, call, layout, settings } = context;
  const unkept = readUnkeptLock(host.files, layout.unkeptLock);
  if (unkept === null || !settings.hostCanCommitConfig) return;
  const { repository, commit, digest } = unkept;
  const before = await call(isBefore(repository, commit));
  if (before.exitCode === 0)
    await keepLockChange(context, { mode: 'committed', repository, worktree: layout.worktree, commit, digest });
}
