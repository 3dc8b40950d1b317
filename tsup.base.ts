import type { Options } from 'tsup';

/** What every package's build has in common: ESM only, declarations, Node 20 syntax. */
export const base = {
  format: ['esm'],
  platform: 'node',
  target: 'node20',
  dts: true,
  sourcemap: false,
  splitting: true,
  treeshake: true,
  clean: true,
} satisfies Options;
