import { join } from 'node:path';
import { type Host, type LockOptions, RotaError, withLock } from '@rota/core';

type Locking = Pick<Host, 'files' | 'now' | 'sleep'>;

/** In the repository, where git and jj leave alone what they do not know. */
export function treeLock(tree: string): string {
  return join(tree, '.git', 'rota-sync.lock');
}

/** Beside a folder that may not be there yet. */
export function newTreeLock(tree: string): string {
  return `${tree}.rota-lock`;
}

/** What link(2) says on a file system that has no hard links, such as exFAT. */
const noLinks = ['EPERM', 'ENOSYS', 'EOPNOTSUPP', 'ENOTSUP'];
const noRights = ['EACCES', 'EROFS'];

/**
 * Works alone on a repository and the home that it belongs to. The lock in Rota's state keeps nobody away who has another state: a shell and a job of one user may differ in XDG_STATE_HOME.
 * Where the file system of the repository can hold no lock, that one has to do.
 *
 * @throws ROTA_LOCK_HELD; ROTA_DOTFILES_FAILED where the repository cannot be written
 */
export async function withTree<T>(host: Locking, tree: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  return await lockedIfCan(host, treeLock(tree), options, work, (code) => {
    if (noLinks.includes(code)) return undefined;
    const folder = join(tree, '.git');
    return new RotaError('ROTA_DOTFILES_FAILED', `${folder} cannot be written (${code}: permission denied).`, {
      suggestions: [`See whose it is: ls -ld ${folder}`],
    });
  });
}

/** Makes a repository where none is yet, and nobody else at the same time. @throws ROTA_LOCK_HELD */
export async function withNewTree<T>(host: Locking, tree: string, work: () => Promise<T>): Promise<T> {
  const options = { purpose: 'make the repository of dotfiles', waitMs: 0 };
  // A folder may be the user's own where the one above is not.
  return await lockedIfCan(host, newTreeLock(tree), options, work, () => undefined);
}

/** `problemOf` says for what the file system answers whether to go on without the lock. */
async function lockedIfCan<T>(
  host: Locking,
  path: string,
  options: LockOptions,
  work: () => Promise<T>,
  problemOf: (code: string) => RotaError | undefined,
): Promise<T> {
  let hasBegun = false;
  try {
    return await withLock(host, path, options, async () => {
      hasBegun = true;
      return await work();
    });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (hasBegun || ![...noLinks, ...noRights].includes(code)) throw error;
    const problem = problemOf(code);
    if (problem !== undefined) throw problem;
  }
  return await work();
}
