import { chownSync, statSync } from 'node:fs';
import type { Files } from '@rota/core';

/** Writes a file in one step, and leaves mode and owner as they are: root works in the checkout of a user. */
export function restoreFile(files: Pick<Files, 'write'>, path: string, bytes: Uint8Array): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  files.write(path, bytes, stats === undefined ? 0o644 : stats.mode & 0o7777);
  if (stats !== undefined && process.getuid?.() === 0 && stats.uid !== 0) chownSync(path, stats.uid, stats.gid);
}
