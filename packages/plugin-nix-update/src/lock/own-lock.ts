import type { Files } from '@rota/core';

/** Whether this updater wrote the lock with this digest and left it uncommitted. */
export function isOwnLock(files: Pick<Files, 'readText'>, path: string, digest: string): boolean {
  return digestsIn(files, path).includes(digest);
}

/**
 * Takes down that the lock of the checkout, our own or a committed one, is being replaced by one of ours: before anything else can fail, for a lock
 * that nobody owns stops every later update.
 */
export function ownNextLock(files: Pick<Files, 'readText' | 'write'>, path: string, before: string, after: string): void {
  const kept = digestsIn(files, path).filter((digest) => digest === before && digest !== after);
  files.write(path, `${[...kept, after].join('\n')}\n`);
}

function digestsIn(files: Pick<Files, 'readText'>, path: string): readonly string[] {
  return files.readText(path)?.trim().split('\n') ?? [];
}
