import { createHash, hash } from 'node:crypto';
import { type BigIntStats, closeSync, constants, fstatSync, openSync, readlinkSync } from 'node:fs';
import { nameOfBytes } from './file-name.ts';
import type { BundleEntry, BundleProblem } from './manifest.ts';
import type { NamesOfIds } from './names-of-ids.ts';
import { openStageWriter, StageError } from './stage-writer.ts';
import { sharedTarHeader } from './tar/tar-header.ts';
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
  add(item: StageItem): void;
  close(): void;
}

/** Opens a stage; without a path it only looks and hashes. Each file is read once and hashed on the way; one that changes meanwhile is read again, then reported. */
export function openStage(path: string | undefined, names: NamesOfIds): Stage {
  const writer = openStageWriter(path);
  /** Name of the first member of each file that has several names. */
  const linked = new Map<string, string>();
  const stage: Stage = { entries: [], problems: [], notes: new Set(), bytes: 0, add, close: writer.close };
  return stage;

  function add({ name, item, copy, xattrs }: StageItem): void {
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
      if (first !== undefined) member(entryOf(name, 'hardlink', stats, { link: first, xattrs: undefined }));
      else if (type === 'file') file(name, item, copy, xattrs);
      else member(entryOf(name, type, stats, { ...(type === 'symlink' ? { link: linkOf(item) } : {}), xattrs }));
      if (several && first === undefined) linked.set(key, name);
    } catch (error) {
      if (error instanceof StageError) throw error;
      stage.problems.push({ name, reason: reasonOf(error) });
    }
  }

  function member(entry: BundleEntry): void {
    writeHeader(entry);
    stage.entries.push(entry);
  }

  function writeHeader(entry: BundleEntry): void {
    if (path !== undefined) writer.write(sharedTarHeader(memberOf(entry)));
  }

  function file(name: string, item: TreeItem, copy: string | undefined, xattrs: StageItem['xattrs']): void {
    const start = writer.position();
    for (let attempt = 1; ; attempt++) {
      const source = openSync(copy ?? item.place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      try {
        // The walk has just looked at it; what it saw is compared with what is there when it was read.
        const before = attempt === 1 && copy === undefined ? item.stats : fstatSync(source, { bigint: true });
        const size = Number(before.size);
        const facts = copy === undefined ? before : item.stats;
        const sparse = copy === undefined && before.blocks * 512n < before.size;
        const entry = entryOf(name, 'file', facts, { size, xattrs, ...(sparse ? { sparse: true as const } : {}) });
        writeHeader(entry);
        const { read, sha256 } = content(source, size);
        const changed = read < size || (copy === undefined && !isSame(before, fstatSync(source, { bigint: true })));
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
        writer.zeros(padding(size));
        stage.entries.push({ ...entry, sha256 });
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

const emptySha256 = hash('sha256', '', 'hex');

/** The member of the archive that an entry of the manifest describes. */
export function memberOf(entry: BundleEntry): TarMember {
  const { name, type, mode, uid, gid, user, group, mtimeNs, size, link, xattrs } = entry;
  return { name, type, mode, uid, gid, user, group, mtimeNs: BigInt(mtimeNs), size, link: link ?? '', xattrs };
}

function linkOf({ place }: TreeItem): string {
  return nameOfBytes(readlinkSync(place, { encoding: 'buffer' }));
}

function typeOf(stats: BigIntStats): BundleEntry['type'] | undefined {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  if (stats.isSymbolicLink()) return 'symlink';
  return stats.isFIFO() ? 'fifo' : undefined;
}

function isSame(before: BigIntStats, after: BigIntStats): boolean {
  return (
    before.size === after.size && before.mtimeNs === after.mtimeNs && before.ctimeNs === after.ctimeNs && before.ino === after.ino
  );
}
