import { createHash } from 'node:crypto';
import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readlinkSync,
  readSync,
  writeSync,
} from 'node:fs';
import { nameOfBytes } from './file-name.ts';
import type { BundleEntry, BundleProblem } from './manifest.ts';
import type { NamesOfIds } from './names-of-ids.ts';
import { tarHeader } from './tar/tar-header.ts';
import { padding, type TarMember } from './tar/tar-member.ts';
import { reasonOf, type TreeItem } from './walk-tree.ts';

/** Something to put into a bundle: where it is, under which name, and where its content is read instead. */
export interface StageItem {
  readonly name: string;
  readonly item: TreeItem;
  /** A consistent copy that is read instead of the file itself. */
  readonly copy?: string;
  readonly xattrs?: Readonly<Record<string, string>> | undefined;
}

/** The members of a bundle after its manifest, written to one file while they are read once. */
export interface Stage {
  readonly entries: BundleEntry[];
  readonly problems: BundleProblem[];
  readonly notes: Set<string>;
  /** Bytes of content. */
  bytes: number;
  add(item: StageItem): Promise<void>;
  close(): void;
}

/** Content is read and written in pieces of this size. */
const pieceSize = 1024 * 1024;

/** Opens a stage; without a path it only looks and hashes. Each file is read once and hashed on the way; one that changes meanwhile is read again, then reported. */
export function openStage(path: string | undefined, names: NamesOfIds, signal?: AbortSignal): Stage {
  const payload = path === undefined ? undefined : openSync(path, 'wx', 0o600);
  const piece = Buffer.allocUnsafe(pieceSize);
  /** Name of the first member of each file that has several names. */
  const linked = new Map<string, string>();
  let at = 0;
  let sinceBreath = 0;
  const stage: Stage = {
    entries: [],
    problems: [],
    notes: new Set(),
    bytes: 0,
    add,
    close: () => void (payload === undefined || closeSync(payload)),
  };
  return stage;

  async function add({ name, item, copy, xattrs }: StageItem): Promise<void> {
    const { stats, place } = item;
    sinceBreath += 1 + Number(stats.size) / pieceSize;
    if (sinceBreath > 64) {
      sinceBreath = 0;
      await new Promise(setImmediate);
      signal?.throwIfAborted();
    }
    const type = typeOf(stats);
    if (type === undefined) {
      if (stats.isSocket()) stage.notes.add('Sockets were left out; a service makes them when it starts.');
      else stage.problems.push({ name, reason: 'is a device, which bundles do not hold' });
      return;
    }
    const key = `${stats.dev}:${stats.ino}`;
    const first = type === 'file' && stats.nlink > 1n && copy === undefined ? linked.get(key) : undefined;
    if (first !== undefined) return member(entryOf(name, 'hardlink', stats, { link: first, xattrs: undefined }));
    try {
      if (type === 'symlink')
        return member(entryOf(name, type, stats, { link: nameOfBytes(readlinkSync(place, { encoding: 'buffer' })), xattrs }));
      if (type !== 'file') return member(entryOf(name, type, stats, { xattrs }));
      file(name, item, copy, xattrs);
      if (stats.nlink > 1n && copy === undefined) linked.set(key, name);
    } catch (error) {
      if (isFatal(error)) throw error;
      stage.problems.push({ name, reason: reasonOf(error) });
    }
  }

  function member(entry: BundleEntry): void {
    write(tarHeader(memberOf(entry)));
    stage.entries.push(entry);
  }

  function file(name: string, item: TreeItem, copy: string | undefined, xattrs: StageItem['xattrs']): void {
    const start = at;
    for (let attempt = 1; ; attempt++) {
      const source = openSync(copy ?? item.place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      try {
        const before = fstatSync(source, { bigint: true });
        const size = Number(before.size);
        const facts = copy === undefined ? before : item.stats;
        const sparse = copy === undefined && before.blocks * 512n < before.size;
        const entry = entryOf(name, 'file', facts, { size, xattrs, ...(sparse ? { sparse: true as const } : {}) });
        write(tarHeader(memberOf(entry)));
        const { read, sha256 } = content(source, size);
        const after = fstatSync(source, { bigint: true });
        const changed = read < size || (copy === undefined && !isSame(before, after));
        if (changed && attempt < 3) {
          back(start);
          continue;
        }
        if (read < size) {
          back(start);
          stage.problems.push({ name, reason: 'became shorter while it was read; it is not in the bundle' });
          return;
        }
        if (changed) stage.problems.push({ name, reason: 'changed while it was read' });
        write(Buffer.alloc(padding(size)));
        stage.entries.push({ ...entry, sha256 });
        stage.bytes += size;
        return;
      } catch (error) {
        if (!isFatal(error)) back(start);
        throw error;
      } finally {
        closeSync(source);
      }
    }
  }

  function content(source: number, size: number): { readonly read: number; readonly sha256: string } {
    const hash = createHash('sha256');
    let read = 0;
    while (read < size) {
      const got = readSync(source, piece, 0, Math.min(pieceSize, size - read), read);
      if (got === 0) break;
      const part = piece.subarray(0, got);
      hash.update(part);
      write(part);
      read += got;
    }
    return { read, sha256: hash.digest('hex') };
  }

  function write(bytes: Uint8Array): void {
    for (let written = 0; payload !== undefined && written < bytes.length; ) {
      try {
        written += writeSync(payload, bytes, written, bytes.length - written, at + written);
      } catch (error) {
        throw new StageError(error);
      }
    }
    at += bytes.length;
  }

  function back(to: number): void {
    if (payload !== undefined) ftruncateSync(payload, to);
    at = to;
  }

  function entryOf(
    name: string,
    type: BundleEntry['type'],
    stats: BigIntStats,
    extra: { size?: number; link?: string; sparse?: true; xattrs: StageItem['xattrs'] },
  ): BundleEntry {
    const uid = Number(stats.uid);
    const gid = Number(stats.gid);
    return {
      name,
      type,
      mode: Number(stats.mode & 0o7777n),
      uid,
      gid,
      user: names.user(uid),
      group: names.group(gid),
      mtimeNs: String(stats.mtimeNs),
      size: extra.size ?? 0,
      ...(extra.link === undefined ? {} : { link: extra.link }),
      ...(extra.xattrs === undefined ? {} : { xattrs: extra.xattrs }),
      ...(extra.sparse === undefined ? {} : { sparse: extra.sparse }),
    };
  }
}

/** The stage itself cannot be written: the disk is full, not a file unreadable. */
export class StageError extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function isFatal(error: unknown): boolean {
  return error instanceof StageError;
}

/** The member of the archive that an entry of the manifest describes. */
export function memberOf(entry: BundleEntry): TarMember {
  return { ...entry, mtimeNs: BigInt(entry.mtimeNs), link: entry.link ?? '', xattrs: entry.xattrs };
}

function typeOf(stats: BigIntStats): BundleEntry['type'] | undefined {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  if (stats.isSymbolicLink()) return 'symlink';
  return stats.isFIFO() ? 'fifo' : undefined;
}

function isSame(before: BigIntStats, after: BigIntStats): boolean {
  return before.size === after.size && before.mtimeNs === after.mtimeNs && before.ctimeNs === after.ctimeNs;
}
