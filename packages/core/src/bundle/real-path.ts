import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isBelow } from './spec/define-bundle.ts';

/** Where a path leads, whatever links are on the way; it need not be there yet. */
export function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const folder = dirname(path);
    return folder === path ? path : join(real(folder), basename(path));
  }
}

/** Whether a path is a folder or below it, whatever links lead there. */
export function holds(folder: string, path: string): boolean {
  return isBelow(real(path), real(folder));
}
