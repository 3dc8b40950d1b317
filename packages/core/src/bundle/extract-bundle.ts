import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  ftruncateSync,
  futimesSync,
  lchownSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  openSync,
  symlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { RotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import { breather } from './breath.ts';
import { writeAttributes } from './extended-attributes.ts';
import { bytesOfName, nameOfBytes } from './file-name.ts';
import type { BundleEntry, BundleManifest } from './manifest.ts';
import { namesOfIds } from './names-of-ids.ts';
import { freeBytes } from './plan-capture.ts';
import { leavesRoot, type MemberSink, readBundle } from './read-bundle.ts';
import { openStage } from './stage-tree.ts';
import { digestLine, microseconds } from './tree-digest.ts';
import { walkTree } from './walk-tree.ts';

export interface ExtractInput {
  readonly host: Pick<Host, 'run' | 'files'>;
  /** The bundle's file, or the bytes of its archive. */
  readonly path: string | AsyncIterable<Uint8Array>;
  /** Told the text of the manifest before anything is unpacked. */
  readonly onManifest?: (text: Uint8Array) => void;
  /** Where each root goes, by its name: an absolute path that does not exist, in a folder that does. Other roots are left out. */
  readonly places: ReadonlyMap<string, string>;
  /** A folder for dumps of databases. */
  readonly dumps: string;
  /** Roots whose symbolic links may lead out of them. */
  readonly keepLinks: ReadonlySet<string>;
  readonly ageIdentity?: string | undefined;
  readonly onBytes?: (done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface Extracted {
  readonly manifest: BundleManifest;
  readonly notes: readonly string[];
}

/**
 * Unpacks a bundle into places that do not exist yet, then reads what it has made and compares it with the manifest. Files are made
 * exclusively and follow no link; links come last, hard links lead only to files of this bundle.
 *
 * @throws ROTA_BUNDLE_HOSTILE, ROTA_BUNDLE_FORMAT, ROTA_BUNDLE_MISMATCH, ROTA_BUNDLE_SPACE
 */
export async function extractBundle(input: ExtractInput): Promise<Extracted> {
  const { host, places, dumps } = input;
  const notes = new Set<string>();
  const mayGive = isRoot();
  const links: BundleEntry[] = [];
  const pipes: BundleEntry[] = [];
  let done = 0;
  let total = 0;
  const placeOf = (name: string): Buffer | undefined => {
    const [area, root = '', ...rest] = name.split('/');
    if (area === 'db') return Buffer.from(join(dumps, root));
    const base = places.get(root);
    return base === undefined ? undefined : bytesOfName([base, ...rest].join('/'));
  };
  const manifest = await readBundle(input.path, {
    ageIdentity: input.ageIdentity,
    signal: input.signal,
    onManifest(found, text) {
      input.onManifest?.(text);
      total = found.totals.bytes;
      for (const { name, type, link = '' } of found.entries)
        if (type === 'symlink' && !input.keepLinks.has(name.split('/')[1] ?? '') && leavesRoot(name, link))
          throw new RotaError(
            'ROTA_BUNDLE_HOSTILE',
            `The link ${name} leads out of its root, to ${link}; nothing was unpacked.`,
            {
              suggestions: ['Declare `links: keep` for the root if such links belong there.'],
            },
          );
      for (const [, place] of places) {
        const free = freeBytes(join(place, '..'));
        if (free < total)
          throw new RotaError('ROTA_BUNDLE_SPACE', `${total} bytes are needed beside ${place}, and ${free} are free.`);
      }
    },
    onMember(entry) {
      const place = placeOf(entry.name);
      if (place === undefined) return undefined;
      if (entry.type === 'folder') mkdirSync(place, { mode: 0o700 });
      else if (entry.type === 'hardlink') {
        const target = placeOf(entry.link ?? '');
        if (target === undefined) throw new RotaError('ROTA_BUNDLE_HOSTILE', `${entry.name} is a hard link out of its root.`);
        linkSync(target, place);
      } else if (entry.type === 'symlink') links.push(entry);
      else if (entry.type === 'fifo') pipes.push(entry);
      else {
        done += entry.size;
        input.onBytes?.(done, total);
        return fileSink(place, entry, mayGive);
      }
      return undefined;
    },
  });
  for (const entry of pipes) {
    const place = placeOf(entry.name);
    if (place === undefined) continue;
    const { exitCode, stderr } = await host.run({ file: 'mkfifo', args: ['-m', '600', '--', place.toString()] });
    if (exitCode !== 0) notes.add(`A named pipe was not made: ${stderr.trim()}`);
  }
  for (const entry of links) {
    const place = placeOf(entry.name);
    if (place !== undefined) symlinkSync(bytesOfName(entry.link ?? ''), place);
  }
  const restored = manifest.entries.filter(({ name }) => name.startsWith('data/') && placeOf(name) !== undefined);
  const attributes = new Map(
    restored.flatMap(({ name, xattrs, type }) => {
      const place = placeOf(name);
      return xattrs === undefined || type === 'hardlink' || place === undefined ? [] : [[nameOfBytes(place), xattrs] as const];
    }),
  );
  const trouble = attributes.size === 0 ? undefined : await writeAttributes(host.run, attributes);
  if (trouble !== undefined) notes.add(`Extended attributes were not restored: ${trouble}`);
  setFacts(restored, placeOf, mayGive, notes);
  await compareTree(input, restored, trouble === undefined, notes);
  return { manifest, notes: [...notes] };
}

/** Makes a file that must not exist. Owner, mode and time are set while it is open, unless attributes have to be written to it first. */
function fileSink(place: Buffer, entry: BundleEntry, mayGive: boolean): MemberSink {
  const file = openSync(place, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW, 0o600);
  let at = 0;
  return {
    write(part) {
      if (entry.sparse === true) writeBlocks(file, part, at);
      else
        for (let written = 0; written < part.length; )
          written += writeSync(file, part, written, part.length - written, at + written);
      at += part.length;
    },
    end() {
      try {
        if (entry.sparse === true) ftruncateSync(file, entry.size);
        if (entry.xattrs === undefined && entry.name.startsWith('data/')) {
          if (mayGive) fchownSync(file, entry.uid, entry.gid);
          fchmodSync(file, safeMode(entry));
          const seconds = secondsOf(entry);
          futimesSync(file, seconds, seconds);
        }
      } finally {
        closeSync(file);
      }
    },
    abort: () => closeSync(file),
  };
}

/** Only root gives files away. */
const isRoot = (): boolean => process.getuid?.() === 0;

/** Half a microsecond on: Node rounds down what it is given as a floating-point number. */
function secondsOf({ mtimeNs }: BundleEntry): number {
  return (Number(microseconds(BigInt(mtimeNs))) + 0.5) / 1e6;
}

/** Leaves blocks of zeros out, so that they become holes again. */
function writeBlocks(file: number, part: Uint8Array, at: number): void {
  for (let start = 0; start < part.length; ) {
    const length = Math.min(4096 - ((at + start) % 4096), part.length - start);
    const block = part.subarray(start, start + length);
    if (block.some((byte) => byte !== 0))
      for (let w = 0; w < length; ) w += writeSync(file, block, w, length - w, at + start + w);
    start += length;
  }
}

/** Owners, modes and times of what has none yet, what is deepest first: making a file changes the time of its folder. */
function setFacts(
  entries: readonly BundleEntry[],
  placeOf: (name: string) => Buffer | undefined,
  mayGive: boolean,
  notes: Set<string>,
): void {
  if (!mayGive && process.getuid !== undefined && entries.some(({ uid }) => uid !== process.getuid?.()))
    notes.add('Owners were not restored: only root can give files to others.');
  if (entries.some((entry) => entry.type !== 'symlink' && safeMode(entry) !== entry.mode))
    notes.add('Set-user-id and set-group-id bits of files were taken away.');
  for (let at = entries.length - 1; at >= 0; at--) {
    const entry = entries[at];
    if (entry === undefined || entry.type === 'hardlink' || (entry.type === 'file' && entry.xattrs === undefined)) continue;
    const place = placeOf(entry.name);
    if (place === undefined) continue;
    const seconds = secondsOf(entry);
    if (entry.type === 'symlink') {
      if (mayGive) lchownSync(place, entry.uid, entry.gid);
      lutimesSync(place, seconds, seconds);
      continue;
    }
    if (mayGive) chownSync(place, entry.uid, entry.gid);
    chmodSync(place, safeMode(entry));
    utimesSync(place, seconds, seconds);
  }
}

/** A program of a bundle never runs as somebody else. The bits mean no harm on folders. */
function safeMode({ type, mode }: BundleEntry): number {
  return type === 'folder' ? mode : mode & 0o1777;
}

async function compareTree(
  { host, places, signal }: ExtractInput,
  expected: readonly BundleEntry[],
  withAttributes: boolean,
  notes: Set<string>,
): Promise<void> {
  const byName = new Map(expected.map((entry) => [entry.name, entry]));
  // Attributes were read back by who set them; here the tree itself is compared.
  const facts = ({ xattrs: _, ...entry }: BundleEntry): string => digestLine({ ...entry, mode: safeMode(entry) });
  const breathe = breather(signal);
  for (const [root, place] of places) {
    const stage = openStage(undefined, namesOfIds(host.files));
    for (const item of walkTree(place)) {
      const pause = breathe(1 + Number(item.stats.size) / 65_536);
      if (pause !== undefined) await pause;
      stage.add({ name: item.path === '' ? `data/${root}` : `data/${root}/${item.path}`, item });
    }
    for (const entry of stage.entries) {
      const wanted = byName.get(entry.name);
      byName.delete(entry.name);
      if (wanted === undefined || facts(wanted) !== facts(entry))
        throw new RotaError('ROTA_BUNDLE_MISMATCH', `What was unpacked is not what was captured: ${entry.name}.`, {
          suggestions: [`Expected ${wanted === undefined ? 'nothing' : facts(wanted)}`, `Found ${facts(entry)}`],
        });
    }
  }
  if (!withAttributes) notes.add('The tree was compared without its extended attributes.');
  for (const [name, entry] of byName)
    if (entry.type !== 'fifo') throw new RotaError('ROTA_BUNDLE_MISMATCH', `What was unpacked lacks ${name}.`);
}
