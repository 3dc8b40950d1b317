import { dirname, join } from 'node:path';
import type { Files } from '../../host/files.ts';

/** Names of configs, the first that exists in a folder counts. */
export const configNames: readonly string[] = ['ts', 'mts', 'js', 'mjs', 'json', 'yaml'].map(
  (extension) => `jobs.config.${extension}`,
);

/** The config in a folder, or in the nearest folder above that has one. */
export function findConfig(files: Files, folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const names = new Set(files.list(at));
    const name = configNames.find((candidate) => names.has(candidate) && files.facts(join(at, candidate))?.kind === 'file');
    if (name !== undefined) return join(at, name);
    if (dirname(at) === at) return undefined;
  }
}
