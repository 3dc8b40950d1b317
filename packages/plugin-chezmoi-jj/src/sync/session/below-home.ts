import { join } from 'node:path';
import type { Host } from '@rota/core';

/** A path of the options: `~/` is the home folder of whoever synchronises. */
export function belowHome({ user }: Pick<Host, 'user'>, path: string): string {
  return path.startsWith('~/') ? join(user.home, path.slice(2)) : path;
}
