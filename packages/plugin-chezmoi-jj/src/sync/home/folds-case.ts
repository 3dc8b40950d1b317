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

/** Whether what stands at a path is found by its name in the other case too, though no such name is listed. Inodes do not tell: FUSE gives each name that it is asked for one of its own. */
export function isOneName({ files }: Reader, path: string): boolean {
  const [folder, name] = [dirname(path), basename(path)];
  const other = name === name.toUpperCase() ? name.toLowerCase() : name.toUpperCase();
  const isFound = other !== name && [name, other].every((one) => files.facts(join(folder, one)) !== undefined);
  return isFound && !files.list(folder).includes(other);
}
