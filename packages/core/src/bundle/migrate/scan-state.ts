import { type BigIntStats, readlinkSync } from 'node:fs';
import { breather } from '../capture/breath.ts';
import { walkTree } from '../capture/walk-tree.ts';
import { nameOfBytes } from '../format/file-name.ts';
import type { BundleEntry } from '../format/manifest.ts';

/** One thing of a state, as a scan finds it without reading content. */
export interface ScannedEntry {
  /** `data/ROOT/PATH`, as in a bundle. */
  readonly name: string;
  readonly root: string;
  /** `a/b` below the root; empty for the root itself. */
  readonly path: string;
  readonly place: string | Buffer;
  readonly type: BundleEntry['type'];
  readonly mode: number;
  readonly size: number;
  readonly mtimeNs: bigint;
  /** Of a symbolic link its target, of a hard link the name of the first entry with the content. */
  readonly link?: string;
  /** Equal for two scans when nothing was written between them: size, times and inode, as restic asks. */
  readonly facts: string;
  /** It was touched so shortly before the scan that a later write may leave the same facts. */
  readonly racy: boolean;
}

/** A root as a scan walks it. */
export interface ScannedRoot {
  readonly name: string;
  readonly path: string;
  /** Whether what is at a path below the root is passed over. */
  readonly leaveOut?: (path: string) => boolean;
}

/** File systems tell times in ticks; within this long of a scan equal times prove nothing. */
const racyNs = 2_000_000_000n;

/** Every entry of the roots in the order of a bundle. Sockets are passed over. */
export async function* scanState(
  roots: readonly ScannedRoot[],
  options: { readonly nowMs: number; readonly signal?: AbortSignal | undefined; readonly onProblem?: (path: string) => void },
): AsyncGenerator<ScannedEntry> {
  const linked = new Map<string, string>();
  const recent = BigInt(options.nowMs) * 1_000_000n - racyNs;
  const breathe = breather(options.signal);
  for (const root of roots) {
    const walk = walkTree(root.path, {
      ...(root.leaveOut === undefined ? {} : { leaveOut: root.leaveOut }),
      ...(options.onProblem === undefined ? {} : { onProblem: options.onProblem }),
    });
    for (const { path, place, stats } of walk) {
      const pause = breathe();
      if (pause !== undefined) await pause;
      const type = typeOf(stats);
      if (type === undefined) continue;
      const name = path === '' ? `data/${root.name}` : `data/${root.name}/${path}`;
      const key = `${stats.dev}:${stats.ino}`;
      const first = type === 'file' && stats.nlink > 1n ? linked.get(key) : undefined;
      if (type === 'file' && stats.nlink > 1n && first === undefined) linked.set(key, name);
      const link = type === 'symlink' ? nameOfBytes(readlinkSync(place, { encoding: 'buffer' })) : first;
      yield {
        name,
        root: root.name,
        path,
        place,
        type: first === undefined ? type : 'hardlink',
        mode: Number(stats.mode & 0o7777n),
        size: type === 'file' && first === undefined ? Number(stats.size) : 0,
        mtimeNs: stats.mtimeNs,
        ...(link === undefined ? {} : { link }),
        facts: `${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}:${stats.ino}`,
        racy: stats.mtimeNs > recent || stats.ctimeNs > recent,
      };
    }
  }
}

/** What has to be sent to somebody who has what an earlier scan found. */
export function changedSince(
  before: ReadonlyMap<string, ScannedEntry>,
  entries: Iterable<ScannedEntry>,
): readonly ScannedEntry[] {
  return [...entries].filter((entry) => {
    const old = before.get(entry.name);
    return old === undefined || old.racy || old.facts !== entry.facts || old.link !== entry.link;
  });
}

function typeOf(stats: BigIntStats): BundleEntry['type'] | undefined {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  if (stats.isSymbolicLink()) return 'symlink';
  return stats.isFIFO() ? 'fifo' : undefined;
}
