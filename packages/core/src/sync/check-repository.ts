import { isAbsolute } from 'node:path';
import { RotaError } from '../errors/rota-error.ts';

/**
 * Holds the address of a repository against what Rota fetches from: `https://`, `ssh://`, `user@host:path`, `file://` and absolute paths. What anybody on the
 * way could change (`http`, `git`) and what runs a program (`ext::`, git-remote-ext(1)) is refused, and so is a password in the address.
 *
 * @throws ROTA_SYNC_REPOSITORY
 */
export function checkRepository(repository: string): void {
  if (repository === '' || repository.startsWith('-') || /[\u0000-\u001f\u007f]/.test(repository)) {
    throw refused(`\`${printable(repository)}\` is no address of a repository.`, []);
  }
  if (isAbsolute(repository)) return;
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(repository)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    if (repository.includes('::')) throw refused('Transports that run a program are not used.', []);
    // git-fetch(1): [user@]host:path, with no slash before the first colon.
    if (/^([A-Za-z0-9._-]+@)?[A-Za-z0-9._-]+:[^:]/.test(repository)) return;
    throw refused(`\`${repository}\` is neither a URL, nor user@host:path, nor an absolute path.`, []);
  }
  if (!['https', 'ssh', 'file'].includes(scheme)) {
    throw refused(`\`${scheme}\` is not used: nobody vouches for what comes by it.`, ['Use https, ssh or a path.']);
  }
  const user = /^[a-z]+:\/\/([^/@]*)@/i.exec(repository)?.[1] ?? '';
  if (user.includes(':') || (scheme === 'https' && user.length > 20)) {
    throw refused('The address holds a password or token, which would stand in a schedule and in the state.', [
      'Keep it in a Git credential helper: git config --global credential.helper store',
      'Or use ssh with a deploy key.',
    ]);
  }
}

/** @throws ROTA_SYNC_REPOSITORY for what git could take for an option or a range. See git-check-ref-format(1). */
export function checkRef(ref: string): void {
  const bad = ref === '' || ref.startsWith('-') || /[\s~^:?*[\\]|\.\.|@\{|\/\/|\.lock(\/|$)|[./]$|^\//.test(ref);
  if (bad) throw refused(`\`${printable(ref)}\` is no name of a branch, a tag or a commit.`, ['For example: --ref main']);
}

function refused(message: string, suggestions: readonly string[]): RotaError {
  return new RotaError('ROTA_SYNC_REPOSITORY', message, { suggestions });
}

function printable(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
