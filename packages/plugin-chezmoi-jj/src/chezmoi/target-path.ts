import { isEncrypted } from './is-encrypted.ts';

/**
 * The file below the home folder that a source path stands for, or `undefined` for one that stands for none (`.chezmoiignore`, `.git/...`).
 * Attributes are prefixes of each part of the path, in a fixed order, and suffixes of the last one.
 * Source: chezmoi's reference, "Source state attributes".
 */
export function targetPath(source: string): string | undefined {
  const parts = source.split('/');
  if (parts.some((part) => part.startsWith('.'))) return undefined;
  const file = parts.pop() ?? '';
  if (/^run_/.test(file)) return undefined;
  return [...parts.map(folderName), fileName(file)].join('/');
}

/** Whether `chezmoi re-add` can take an edit of this file back: templates and the files that are made once or by a program have none. */
export function canBeCaptured(source: string): boolean {
  const name = source.split('/').pop() ?? '';
  return !/^(create_|modify_|remove_|symlink_|run_)/.test(name) && !/\.tmpl(\.age|\.asc|\.gpg)?$/.test(name);
}

function folderName(part: string): string {
  return literal(stripped(part, ['remove_', 'external_', 'exact_', 'private_', 'readonly_']));
}

function fileName(part: string): string {
  const name = stripped(part, [
    'create_',
    'modify_',
    'remove_',
    'symlink_',
    'encrypted_',
    'private_',
    'readonly_',
    'empty_',
    'executable_',
  ]);
  return literal(suffixless(name, isEncrypted(part)));
}

function suffixless(name: string, encrypted: boolean): string {
  const plain = encrypted ? name.replace(/\.(age|asc|gpg)$/, '') : name;
  if (plain.endsWith('.literal')) return plain.slice(0, -'.literal'.length);
  return plain.replace(/\.tmpl$/, '');
}

function stripped(part: string, prefixes: readonly string[]): string {
  return prefixes.reduce((name, prefix) => (name.startsWith(prefix) ? name.slice(prefix.length) : name), part);
}

function literal(name: string): string {
  if (name.startsWith('literal_')) return name.slice('literal_'.length);
  return name.startsWith('dot_') ? `.${name.slice('dot_'.length)}` : name;
}
