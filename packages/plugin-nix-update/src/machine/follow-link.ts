import { dirname, resolve } from 'node:path';
import type { Files } from '@rota/core';

/** Where a chain of links ends, such as the store path behind a profile; `null` where nothing stands. Does not need the end to exist. */
export function followLink(files: Pick<Files, 'readLink' | 'facts'>, path: string): string | null {
  let at = path;
  for (let hop = 0; hop < 40; hop += 1) {
    const target = files.readLink(at);
    if (target === undefined) return at === path && files.facts(at) === undefined ? null : at;
    at = resolve(dirname(at), target);
  }
  return null;
}
