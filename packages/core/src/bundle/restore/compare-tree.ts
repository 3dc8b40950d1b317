import { type BigIntStats, readlinkSync } from 'node:fs';
import { RotaError } from '../../errors/rota-error.ts';
import { breather } from '../capture/breath.ts';
import { type TreeItem, walkTree } from '../capture/walk-tree.ts';
import { nameOfBytes } from '../format/file-name.ts';
import type { BundleEntry } from '../format/manifest.ts';
import { safeMode } from '../format/safe-mode.ts';
import { microseconds } from '../format/tree-digest.ts';

/**
 * Compares unpacked roots with the entries that they were unpacked from: every name, type, mode, size, time and link, and nothing more. Contents
 * were compared as they were written, and what is written afterwards changes the time.
 *
 * @throws ROTA_BUNDLE_MISMATCH
 */
export async function compareTree(
  /** In the order of a walk, root by root. */
  entries: Iterable<BundleEntry>,
  /** Where each root is, by its name. */
  places: ReadonlyMap<string, string>,
  signal?: AbortSignal,
): Promise<void> {
  const breathe = breather(signal);
  /** The first name of each file that has several. */
  const linked = new Map<string, string>();
  let root = '';
  let walk: Iterator<TreeItem> = [][Symbol.iterator]();
  let next: TreeItem | undefined;
  const step = (): void => {
    const { done, value } = walk.next();
    next = done ? undefined : value;
  };
  const endRoot = (): void => {
    if (next !== undefined) throw mismatch(`it holds ${nameOf(root, next)}, which was not captured`);
  };
  for (const entry of entries) {
    const pause = breathe();
    if (pause !== undefined) await pause;
    const [, entryRoot = ''] = entry.name.split('/', 2);
    if (entryRoot !== root) {
      endRoot();
      root = entryRoot;
      walk = walkTree(places.get(root) ?? '');
      step();
    }
    const found = next === undefined ? undefined : nameOf(root, next);
    if (next === undefined || found !== entry.name) {
      // Told in a note: pipes are made by a program that may be missing.
      if (entry.type === 'fifo') continue;
      throw mismatch(`${entry.name} is not there${found === undefined ? '' : `, or ${found} should not be`}`);
    }
    const wrong = difference(entry, next, linked);
    if (wrong !== undefined) throw mismatch(`${entry.name} has ${wrong}`);
    step();
  }
  endRoot();
}

function nameOf(root: string, { path }: TreeItem): string {
  return path === '' ? `data/${root}` : `data/${root}/${path}`;
}

function difference(entry: BundleEntry, { place, stats }: TreeItem, linked: Map<string, string>): string | undefined {
  const { type } = entry;
  if (!isOf[type](stats)) return `another type than ${type}`;
  if ((type === 'file' || type === 'hardlink') && stats.nlink > 1n) {
    const key = `${stats.dev}:${stats.ino}`;
    const first = linked.get(key);
    if (first !== entry.link) return `other names than were captured: it is also ${first ?? 'something else'}`;
    if (type === 'file') linked.set(key, entry.name);
  } else if (type === 'hardlink') return 'one name only';
  // A hard link is the file that it leads to.
  if (type === 'hardlink') return undefined;
  if (type === 'file' && Number(stats.size) !== entry.size) return `${stats.size} bytes instead of ${entry.size}`;
  if (microseconds(stats.mtimeNs) !== microseconds(BigInt(entry.mtimeNs)))
    return `the time ${stats.mtimeNs} instead of ${entry.mtimeNs}`;
  // Linux has no modes of symbolic links.
  if (type === 'symlink') {
    const link = nameOfBytes(readlinkSync(place, { encoding: 'buffer' }));
    return link === entry.link ? undefined : `the target ${link} instead of ${entry.link}`;
  }
  const mode = Number(stats.mode & 0o7777n);
  return mode === safeMode(entry) ? undefined : `the mode ${mode.toString(8)} instead of ${safeMode(entry).toString(8)}`;
}

const isFile = (stats: BigIntStats): boolean => stats.isFile();
const isOf: Readonly<Record<BundleEntry['type'], (stats: BigIntStats) => boolean>> = {
  file: isFile,
  hardlink: isFile,
  folder: (stats) => stats.isDirectory(),
  symlink: (stats) => stats.isSymbolicLink(),
  fifo: (stats) => stats.isFIFO(),
};

function mismatch(what: string): RotaError {
  return new RotaError('ROTA_BUNDLE_MISMATCH', `What was unpacked is not what was captured: ${what}.`);
}
