import { uptime } from 'node:os';
import { join } from 'node:path';
import { type Host, RotaError } from '@rota/core';

/** What git leaves in a repository while it waits for a person. githooks and gitrepository-layout(5). */
const unfinished = ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'rebase-merge', 'rebase-apply', 'BISECT_LOG'];

/** git holds its lock for the length of one command; a person may be writing the message of a commit. */
const usualLockMs = 10 * 60_000;

/**
 * Refuses a working tree that jj would misread.
 *
 * @throws ROTA_DOTFILES_CONFIG: filters of `.gitattributes`, which jj does not run; ROTA_DOTFILES_BUSY: a merge or rebase of git that is not finished;
 * ROTA_DOTFILES_FAILED: a lock of git that was left, with which jj can do nothing.
 */
export function checkTree(host: Pick<Host, 'files' | 'now'>, tree: string, attributeFiles: readonly string[]): void {
  const started = unfinished.find((name) => host.files.facts(join(tree, '.git', name)) !== undefined);
  if (started !== undefined) {
    throw new RotaError('ROTA_DOTFILES_BUSY', `A git command in ${tree} is not finished (${started}).`, {
      suggestions: ['Finish or abort it with git, such as `git rebase --abort`, then synchronise again.'],
    });
  }
  checkLock(host, tree);
  const filtered = attributeFiles.find((path) => /^[^#\n]*\sfilter=\S/m.test(host.files.readText(join(tree, path)) ?? ''));
  if (filtered !== undefined) {
    throw new RotaError(
      'ROTA_DOTFILES_CONFIG',
      `${filtered} names a Git filter (git-crypt, transcrypt or LFS), and jj runs none: the plain files would be published.`,
      { suggestions: ['Encrypt with chezmoi instead (`chezmoi add --encrypt`), and remove the filter.'] },
    );
  }
}

function checkLock({ files, now }: Pick<Host, 'files' | 'now'>, tree: string): void {
  const lock = join(tree, '.git', 'index.lock');
  const lockedMs = files.facts(lock)?.modifiedMs;
  if (lockedMs === undefined) return;
  const suggestions = [`If no git runs there, remove ${lock}.`];
  // The machine went down with whoever held it.
  if (lockedMs < Date.now() - uptime() * 1000) files.remove(lock);
  // One from the future was left before the clock was set back.
  else if (Math.abs(now() - lockedMs) < usualLockMs)
    throw new RotaError('ROTA_DOTFILES_BUSY', `git is at work in ${tree} (index.lock).`, { suggestions });
  else {
    const since = new Date(lockedMs).toISOString();
    throw new RotaError('ROTA_DOTFILES_FAILED', `A lock of git is left in ${tree}, of ${since} (index.lock).`, { suggestions });
  }
}
