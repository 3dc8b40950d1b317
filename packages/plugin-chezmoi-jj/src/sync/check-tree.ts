import { join } from 'node:path';
import { type Host, RotaError } from '@rota/core';

/** What git leaves in a repository while it waits for a person. githooks and gitrepository-layout(5). */
const unfinished = ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'rebase-merge', 'rebase-apply', 'BISECT_LOG'];

/** A lock that is older than this has no living owner: git holds it for the length of one command. */
const staleLockMs = 10 * 60_000;

/**
 * Refuses a working tree that jj would misread.
 *
 * @throws ROTA_DOTFILES_CONFIG: filters of `.gitattributes`, which jj does not run; ROTA_DOTFILES_BUSY: a merge or rebase of git that is not finished.
 */
export function checkTree(host: Pick<Host, 'files' | 'now'>, tree: string, attributeFiles: readonly string[]): void {
  const started = unfinished.find((name) => host.files.facts(join(tree, '.git', name)) !== undefined);
  if (started !== undefined) {
    throw new RotaError('ROTA_DOTFILES_BUSY', `A git command in ${tree} is not finished (${started}).`, {
      suggestions: ['Finish or abort it with git, such as `git rebase --abort`, then synchronise again.'],
    });
  }
  const lock = join(tree, '.git', 'index.lock');
  const age = host.now() - (host.files.facts(lock)?.modifiedMs ?? Number.NEGATIVE_INFINITY);
  if (age < staleLockMs) {
    throw new RotaError('ROTA_DOTFILES_BUSY', `git is at work in ${tree} (index.lock).`, {
      suggestions: [`If no git runs there, remove ${lock}.`],
    });
  }
  const filtered = attributeFiles.find((path) => /^[^#\n]*\sfilter=\S/m.test(host.files.readText(join(tree, path)) ?? ''));
  if (filtered !== undefined) {
    throw new RotaError(
      'ROTA_DOTFILES_CONFIG',
      `${filtered} names a Git filter (git-crypt, transcrypt or LFS), and jj runs none: the plain files would be published.`,
      { suggestions: ['Encrypt with chezmoi instead (`chezmoi add --encrypt`), and remove the filter.'] },
    );
  }
}
