import { failureOf } from '../machine/classify-output.ts';
import type { UpdateContext } from '../update-context.ts';
import { fastForward, pruneWorktrees, push, removeWorktree, upstreamOf } from './git-commands.ts';
import type { LockChange } from './lock-change.ts';

/**
 * Makes the new lock that of the checkout: remembered as ours where it is not to be committed, else fast-forwarded and pushed. The machine is
 * updated already, so what does not go through is a warning. Safe to repeat.
 */
export async function keepLockChange(
  context: Pick<UpdateContext, 'host' | 'call' | 'warn' | 'layout'>,
  change: LockChange,
): Promise<string> {
  const { host, call, warn, layout } = context;
  if (change.mode === 'in-place') {
    if (change.after !== null) host.files.write(layout.ownLock, `${change.after}\n`);
    return 'flake.lock is updated, not committed';
  }
  const { repository, worktree, commit } = change;
  if (commit === null) {
    await call(removeWorktree(repository, worktree));
    return 'no change to commit';
  }
  const moved = await call(fastForward(repository, commit));
  if (moved.exitCode !== 0) {
    warn(
      `The lock that runs now is commit ${commit}, but ${repository} could not be moved to it: ${failureOf(moved, 'git', 'git merge').message}`,
    );
    return `not committed: ${commit}`;
  }
  await call(removeWorktree(repository, worktree));
  await call(pruneWorktrees(repository));
  const upstream = await call(upstreamOf(repository));
  if (upstream.exitCode !== 0) return `committed as ${commit}; there is no upstream to push to`;
  const pushed = await call(push(repository));
  if (pushed.exitCode === 0) return `committed as ${commit} and pushed`;
  warn(`The commit ${commit} of flake.lock could not be pushed: ${failureOf(pushed, 'git', 'git push').message}`);
  return `committed as ${commit}; not pushed`;
}
