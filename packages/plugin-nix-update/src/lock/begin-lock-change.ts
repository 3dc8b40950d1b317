import { join } from 'node:path';
import { UpdateFailure } from '../failure.ts';
import { failureOf } from '../machine/classify-output.ts';
import type { UpdateContext } from '../update-context.ts';
import { addWorktree, findRepository, listChanges, pruneWorktrees, removeWorktree } from './git-commands.ts';
import type { LockChange } from './lock-change.ts';
import { lockDigest } from './lock-digest.ts';
import { isOwnLock } from './own-lock.ts';

/** A change of the lock that may begin: what is to be evaluated, and how to take it back. */
export interface BegunLockChange {
  readonly change: LockChange;
  /** Folder of the flake that is to be updated and built. */
  readonly flake: string;
}

/**
 * Looks at the checkout and takes down what stands in it. Nothing of the checkout is written.
 *
 * A lock that somebody has edited is not ours to overwrite or to commit: refused. One that this updater left uncommitted after an earlier update
 * is known by its digest.
 */
export async function beginLockChange(context: UpdateContext): Promise<BegunLockChange> {
  const { host, settings, layout, call } = context;
  const flake = settings.flakePath;
  const path = join(flake, 'flake.lock');
  if (host.files.facts(join(flake, 'flake.nix')) === undefined)
    throw new UpdateFailure('config', `There is no flake.nix in ${flake}. Set \`flakePath\` to the folder of the flake.`);
  const bytes = host.files.readBytes(path);
  if (bytes === undefined)
    throw new UpdateFailure('config', `There is no flake.lock in ${flake}. Write it once and commit it: nix flake lock ${flake}`);

  const found = await call(findRepository(flake));
  if (/dubious ownership/.test(found.stderr))
    throw new UpdateFailure(
      'git',
      `The checkout of ${flake} belongs to another user, and git does not read it. Give it to ${host.user.name}, or allow it: git config --system --add safe.directory ${flake}`,
      { output: found.stderr },
    );
  const [repository, prefix = ''] = found.exitCode === 0 ? found.stdout.split('\n') : [];
  if (repository !== undefined) {
    const edited = await call(listChanges(flake, ...(settings.hostCanCommitConfig ? ['.'] : ['flake.lock'])));
    if (edited.exitCode !== 0) throw failureOf(edited, 'git', 'git status');
    const own = isOwnLock(host.files, layout.ownLock, lockDigest(bytes));
    const names = edited.stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.slice(3));
    const foreign = names.filter((name) => !(own && name.endsWith('flake.lock')));
    if (foreign.length > 0)
      throw new UpdateFailure(
        'dirty',
        `The checkout ${repository} has changes that are not committed (${foreign.slice(0, 5).join(', ')}). Commit them, or take them back: git -C ${repository} status`,
      );
  }
  if (settings.hostCanCommitConfig) {
    if (repository === undefined)
      throw new UpdateFailure('config', `\`hostCanCommitConfig\` is set, but ${flake} is no Git checkout.`);
    return {
      change: { mode: 'committed', repository, worktree: layout.worktree, commit: null },
      flake: join(layout.worktree, prefix),
    };
  }
  return { change: { mode: 'in-place', path, before: Buffer.from(bytes).toString('base64'), after: null }, flake };
}

/** Makes the working copy in which a lock is committed; called once the journal knows of it. */
export async function prepareWorktree({ call }: UpdateContext, change: LockChange, commit: string): Promise<void> {
  if (change.mode !== 'committed') return;
  const { repository, worktree } = change;
  // What a killed run may have left: both fail quietly when there is nothing.
  await call(removeWorktree(repository, worktree));
  await call(pruneWorktrees(repository));
  const added = await call(addWorktree(repository, worktree, commit));
  if (added.exitCode !== 0) throw failureOf(added, 'git', 'git worktree add');
}
