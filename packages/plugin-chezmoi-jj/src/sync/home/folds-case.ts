import { basename, dirname, join } from 'node:path';
import type { Host } from '@rota/core';
import type { Session } from '../session/session.ts';

type Reader = Pick<Host, 'files'>;

/** Whether the file system of the repository or of the home takes names that differ only in case for one, as macOS and Windows do. Nothing is written to find out. */
export function foldsCase({ host, tree, home }: Pick<Session, 'host' | 'tree' | 'home'>): boolean {
  if (isOneName(host, join(tree, '.git'))) return true;
  const named = host.files.list(home).find((name) => name.toUpperCase() !== name.toLowerCase());
  return named !== undefined && isOneName(host, join(home, named));
}

/** Whether what stands at a path is found by its name in the other case too, and is the same. */
export function isOneName({ files }: Reader, path: string): boolean {
  const name = basename(path);
  const other = join(dirname(path), name === name.toUpperCase() ? name.toLowerCase() : name.toUpperCase());
  const found = files.facts(path);
  return found !== undefined && other !== path && files.facts(other)?.inode === found.inode && files.facts(other) !== undefined;
}
