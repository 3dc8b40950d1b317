import { isEncrypted } from '../chezmoi/is-encrypted.ts';
import { canBeCaptured } from '../chezmoi/target-path.ts';

/** `add` alone means the plain file in the place of the encrypted one; it asks first, and nobody answers (twpayne/chezmoi#5061). */
export function addFlags(source: string | undefined): readonly string[] {
  return source !== undefined && isEncrypted(source) ? ['--encrypt', '--secrets=ignore'] : ['--secrets=error'];
}

/** `add` would put this host's result in the place of what makes it, for all hosts. */
export function isMade(source: string): boolean {
  return !canBeCaptured(source) && !/^(symlink_|remove_)/.test(source.split('/').pop() ?? '');
}

/** What stands here of a source that {@link isMade}. */
export function howMade(source: string): string {
  const name = source.split('/').pop() ?? '';
  return name.startsWith('create_') && canBeCaptured(name.slice('create_'.length))
    ? "was written once, where there was none, and is this host's own since"
    : 'was made from a template or by a program';
}
