import { createHash, hash } from 'node:crypto';
import { type BigIntStats, closeSync, constants, fstatSync, openSync, readlinkSync, readSync } from 'node:fs';
import type { EntrySpool } from '../format/entry-spool.ts';
import type { FileInPlace, FilesInPlace } from '../format/file-in-place.ts';
import { nameOfBytes } from '../format/file-name.ts';
import { isUntouched } from '../format/is-untouched.ts';
import type { BundleEntry, BundleProblem } from '../format/manifest.ts';
import { treeHash } from '../format/tree-digest.ts';
import type { NamesOfIds } from './names-of-ids.ts';
import { openStageWriter, StageError } from './stage-writer.ts';
import { reasonOf, type TreeItem } from './walk-tree.ts';

/** Something to put into a bundle: where it is, under which name, and where its content is read instead. */
export interface StageItem {
  readonly name: string;
  readonly item: TreeItem;
  /** A consistent copy that is read instead of the file itself. */
  readonly copy?: string;
  /** Nothing waits for its content to be copied: where that is large it is hashed and left where it is. */
  readonly mayStay?: boolean;
}

/** The entries of a bundle, and the contents of its files one behind the other in one file, written while they are read once. */
export interface Stage {
  readonly entries: EntrySpool;
  /** Large files whose content was not copied. */
  readonly inPlace: FilesInPlace;
  readonly problems: BundleProblem[];
  readonly notes: Set<string>;
  /** Bytes of content. */
  bytes: number;
  add(item: StageItem): void;
  /** Of what was added. Once. */
  treeDigest(): string;
  close(): void;
  /** Instead of `close`, when it comes to nothing; the entries are closed, too. */
  abandon(): void;
}

/** To copy what is smaller costs less than to open it twice, and a list of what was left in place stays short. */
export const leastInPlace = 4 * 1024 * 1024;
const hashedAtOnce = 512 * 1024;

/** Opens a stage; its entries go to the spool. Each file is read once and hashed on the way; one that changes meanwhile is read again, then reported. */
export function openStage(path: string, names: NamesOfIds, entries: EntrySpool): Stage {
  const writer = openStageWriter(path);
  /** Name of the first member of each file that has several names. */
  const linked = new Map<string, string>();
  const tree = treeHash();
  const inPlace = new Map<string, FileInPlace>();
  let room: Buffer | undefined;
  const stage: Stage = {
    entries,
    inPlace,
    problems: [],
    notes: new Set(),
    bytes: 0,
    add,
    treeDigest: tree.digest,
    close: writer.close,
    abandon() {
      writer.abandon();
      entries.close();
    },
  };
  return stage;

  function add(added: StageItem): void {
    const { name, item, copy } = added;
    const { stats } = item;
    const type = typeOf(stats);
    if (type === undefined) {
      if (stats.isSocket()) stage.notes.add('Sockets were left out; a service makes them when it starts.');
      else stage.problems.push({ name, reason: 'is a device, which bundles do not hold' });
      return;
    }
    const several = type === 'file' && stats.nlink > 1n && copy === undefined;
    const key = several ? `${stats.dev}:${stats.ino}` : '';
    const first = several ? linked.get(key) : undefined;
    try {
      if (first !== undefined) list(entryOf(name, 'hardlink', stats, { link: first }));
      else if (type === 'file') file(added);
      else list(entryOf(name, type, stats, type === 'symlink' ? { link: linkOf(item) } : {}));
      if (several && first === undefined) linked.set(key, name);
    } catch (error) {
      if (error instanceof StageError) throw error;
      stage.problems.push({ name, reason: reasonOf(error) });
    }
  }

  function list(entry: BundleEntry): void {
    entries.add(JSON.stringify(entry));
    tree.add(entry);
  }

  function file({ name, item, copy, mayStay = false }: StageItem): void {
    const start = writer.position();
    const place = copy ?? item.place;
    for (let attempt = 1; ; attempt++) {
      const source = openSync(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      try {
        // The walk has just looked at it; what it saw is compared with what is there when it was read.
        const before = attempt === 1 && copy === undefined ? item.stats : fstatSync(source, { bigint: true });
        const size = Number(before.size);
        const facts = copy === undefined ? before : item.stats;
        const sparse = copy === undefined && before.blocks * 512n < before.size;
        // What changes while it is read changes too often to be left in place.
        const stays = mayStay && size >= leastInPlace && attempt === 1;
        const { read, sha256 } = stays ? contentInPlace(source, size) : content(source, size);
        const changed = read < size || (copy === undefined && !isUntouched(before, fstatSync(source, { bigint: true })));
        if (changed && attempt < 3) {
          writer.back(start);
          continue;
        }
        if (read < size) {
          writer.back(start);
          stage.problems.push({ name, reason: 'became shorter while it was read; it is not in the bundle' });
          return;
        }
        if (changed) stage.problems.push({ name, reason: 'changed while it was read' });
        if (stays) inPlace.set(name, { place, stats: before });
        list(entryOf(name, 'file', facts, { size, sha256, ...(sparse ? { sparse: true } : {}) }));
        stage.bytes += size;
        return;
      } catch (error) {
        if (!(error instanceof StageError)) writer.back(start);
        throw error;
      } finally {
        closeSync(source);
      }
    }
  }

  function content(source: number, size: number): { readonly read: number; readonly sha256: string } {
    if (size === 0) return { read: 0, sha256: emptySha256 };
    const first = writer.take(source, size, 0);
    if (first.length === size) return { read: size, sha256: hash('sha256', first, 'hex') };
    const whole = createHash('sha256').update(first);
    let read = first.length;
    while (read < size) {
      const part = writer.take(source, size - read, read);
      if (part.length === 0) break;
      whole.update(part);
      read += part.length;
    }
    return { read, sha256: whole.digest('hex') };
  }

  function contentInPlace(source: number, size: number): { readonly read: number; readonly sha256: string } {
    room ??= Buffer.allocUnsafeSlow(hashedAtOnce);
    const whole = createHash('sha256');
    let read = 0;
    while (read < size) {
      const got = readSync(source, room, 0, Math.min(hashedAtOnce, size - read), read);
      if (got === 0) break;
      whole.update(room.subarray(0, got));
      read += got;
    }
    return { read, sha256: whole.digest('hex') };
  }

  function entryOf(
    name: string,
    type: BundleEntry['type'],
    stats: BigIntStats,
    extra: Partial<Pick<BundleEntry, 'size' | 'sha256' | 'link' | 'sparse'>>,
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
      size: 0,
      ...extra,
    };
  }
}

const emptySha256 = hash('sha256', '', 'hex');

function linkOf({ place }: TreeItem): string {
  return nameOfBytes(readlinkSync(place, { encoding: 'buffer' }));
}

function typeOf(stats: BigIntStats): BundleEntry['type'] | undefined {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  if (stats.isSymbolicLink()) return 'symlink';
  return stats.isFIFO() ? 'fifo' : undefined;
}
