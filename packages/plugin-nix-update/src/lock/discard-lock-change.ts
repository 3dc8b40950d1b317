import type { UpdateContext } from '../update-context.ts';
import { pruneWorktrees, removeWorktree } from './git-commands.ts';
import type { LockChange } from './lock-change.ts';
import { lockDigest } from './lock-digest.ts';
import { restoreFile } from './restore-file.ts';

/**
 * Takes a change of the lock back: the checkout is byte for byte what it was. Safe to repeat.
 *
 * @param wasCutOff when the run that began the change is gone, and a person may have written since
 */
export async function discardLockChange(
  context: Pick<UpdateContext, 'host' | 'call' | 'warn' | 'layout'>,
  change: LockChange,
  wasCutOff = false,
): Promise<void> {
  if (change.mode === 'committed') {
    await context.call(removeWorktree(change.repository, change.worktree));
    await context.call(pruneWorktrees(change.repository));
    return;
  }
  const before = Buffer.from(change.before, 'base64');
  const now = context.host.files.readBytes(change.path);
  if (now !== undefined && before.equals(now)) return;
  if (now !== undefined && change.after !== null && lockDigest(now) !== change.after) {
    context.warn(`${change.path} was edited by somebody else during the update, and is left as it is.`);
    return;
  }
  // Nobody knows any more who wrote this, nix or a person.
  if (now !== undefined && change.after === null && wasCutOff) {
    context.host.files.write(context.layout.lockSetAside, now);
    context.warn(
      `${change.path} is put back to what an update that was cut off had found; what stood there since is kept in ${context.layout.lockSetAside}.`,
    );
  }
  restoreFile(context.host.files, change.path, before);
}
