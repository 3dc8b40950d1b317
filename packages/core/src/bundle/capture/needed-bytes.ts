import type { BigIntStats } from 'node:fs';
import type { BundleSpec } from '../spec/bundle-spec.ts';
import { leastInPlace } from './stage-tree.ts';

/** Of each entry: its header and what the manifest says of it. */
const ofEntry = 2048;

/** Counts what a capture needs beside the state, as its files are looked at: what is copied, and a bundle that does not get less by compression. */
export function neededBytes({ services, quiesce, recipients, databases }: BundleSpec): {
  readonly add: (name: string, stats: BigIntStats) => void;
  readonly total: () => number;
} {
  // While something waits, everything is copied; so it is where nobody can read back what became of a file.
  const mayStay = services.length === 0 && quiesce.length === 0 && recipients.length === 0;
  const copied = new Set(databases.map((one) => (one.kind === 'sqlite' ? `data/${one.root}/${one.inRoot}` : '')));
  let total = 0;
  return {
    add(name, stats) {
      total += ofEntry;
      if (!stats.isFile()) return;
      const size = Number(stats.size);
      total += mayStay && size >= leastInPlace && !copied.has(name) ? size : 2 * size;
    },
    total: () => total,
  };
}
