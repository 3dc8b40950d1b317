import { type BigIntStats, lstatSync, readdirSync } from 'node:fs';
import { bytesOfName, nameOfBytes } from './file-name.ts';

/** A thing below a root, as the file system has it. */
export interface TreeItem {
  /** `a/b`; empty for the root itself. */
  readonly path: string;
  /** Where it is, in bytes. */
  readonly place: Buffer;
  readonly stats: BigIntStats;
}

export interface WalkOptions {
  /** True for what is left out, with all below it. */
  readonly leaveOut?: (path: string, stats: BigIntStats) => boolean;
  /** What could not be looked at. */
  readonly onProblem?: (path: string, reason: string) => void;
}

/**
 * Everything below a root, folders before what is in them, names in the order of their bytes. Links are never followed. Nothing of it waits: who
 * walks a large tree breathes.
 */
export function* walkTree(root: string, options: WalkOptions = {}): Generator<TreeItem> {
  const pending: { readonly path: string; readonly place: Buffer }[] = [{ path: '', place: bytesOfName(root) }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { path, place } = next;
    const stats = attempt(path, () => lstatSync(place, { bigint: true }));
    if (stats === undefined || (path !== '' && options.leaveOut?.(path, stats) === true)) continue;
    yield { path, place, stats };
    if (!stats.isDirectory()) continue;
    const names = attempt(path, () => readdirSync(place, { encoding: 'buffer' })) ?? [];
    // Taken from the end, so the last comes first.
    for (const name of names.sort((a, b) => Buffer.compare(b, a))) {
      const text = nameOfBytes(name);
      pending.push({ path: path === '' ? text : `${path}/${text}`, place: Buffer.concat([place, slash, name]) });
    }
  }
  function attempt<T>(path: string, look: () => T): T | undefined {
    try {
      return look();
    } catch (error) {
      options.onProblem?.(path, reasonOf(error));
      return undefined;
    }
  }
}

const slash = Buffer.from('/');

/** `EACCES` and its like in words that stay the same. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  if (code === 'ENOENT') return 'vanished while it was read';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read';
  return code ?? (error instanceof Error ? error.message : String(error));
}
