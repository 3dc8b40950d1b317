import { linkSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { RotaError } from '../../errors/rota-error.ts';
import type { Host } from '../../host/host.ts';
import { writeAttributes } from '../capture/extended-attributes.ts';
import { freeBytes } from '../capture/plan-capture.ts';
import { type EntrySpool, openEntrySpool } from '../format/entry-spool.ts';
import { bytesOfName, nameOfBytes } from '../format/file-name.ts';
import { leavesRoot } from '../format/leaves-root.ts';
import type { BundleEntry, BundleHead } from '../format/manifest.ts';
import { type MembersReader, readMembers } from '../format/read-bundle.ts';
import type { StoredManifest } from '../format/read-manifest.ts';
import { safeMode } from '../format/safe-mode.ts';
import { compareTree } from './compare-tree.ts';
import { fileSink } from './file-sink.ts';
import { makePipe } from './make-pipe.ts';
import { setFacts } from './set-facts.ts';

export interface ExtractInput {
  readonly host: Pick<Host, 'run' | 'files'>;
  /** The bundle's file, or the bytes of its archive. */
  readonly path: string | AsyncIterable<Uint8Array>;
  /** Told the manifest before anything is unpacked. */
  readonly onManifest?: (manifest: StoredManifest) => void;
  /** Where each root goes, by its name: an absolute path that does not exist, in a folder that does. Other roots are left out. */
  readonly places: ReadonlyMap<string, string>;
  /** A folder for dumps of databases. */
  readonly dumps: string;
  /** A folder for the artifact of a target. @default it is left out */
  readonly artifacts?: string | undefined;
  /** A folder for the list of entries of a large bundle. @default the folder for temporary files */
  readonly workFolder?: string | undefined;
  /** Roots whose symbolic links may lead out of them. */
  readonly keepLinks: ReadonlySet<string>;
  readonly ageIdentity?: string | undefined;
  readonly onBytes?: (done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface Extracted {
  readonly manifest: BundleHead;
  readonly notes: readonly string[];
}

/**
 * Unpacks a bundle into places that do not exist yet, then looks at what it has made and compares it with the manifest. Files are made
 * exclusively and follow no link; links come last, hard links lead only to files of this bundle.
 *
 * @throws ROTA_BUNDLE_HOSTILE, ROTA_BUNDLE_FORMAT, ROTA_BUNDLE_MISMATCH, ROTA_BUNDLE_SPACE
 */
export async function extractBundle(input: ExtractInput): Promise<Extracted> {
  const { places, workFolder } = input;
  const notes = new Set<string>();
  const placeOf = placesIn(input);
  /** What is left to do when all files are there. */
  const later = openEntrySpool(workFolder);
  let manifest: StoredManifest | undefined;
  try {
    manifest = await readMembers(input.path, {
      ageIdentity: input.ageIdentity,
      signal: input.signal,
      workFolder,
      ...unpacker(input, placeOf, later, notes),
    });
    await makeLinks(input, later, placeOf, notes);
    const trouble = await setAttributes(input, later, placeOf);
    if (trouble !== undefined) notes.add(`Extended attributes were not restored: ${trouble}`);
    setFacts(later, placeOf, isRoot());
    await compareTree(only(manifest.entries, places), places, input.signal);
    if (trouble !== undefined) notes.add('The tree was compared without its extended attributes.');
    return { manifest: manifest.head, notes: [...notes] };
  } finally {
    later.close();
    manifest?.close();
  }
}

type PlaceOf = (name: string) => Buffer | undefined;

/** Where a member goes, if it goes anywhere. */
function placesIn({ places, dumps, artifacts }: ExtractInput): PlaceOf {
  return (name) => {
    if (name.startsWith('artifact/')) return artifacts === undefined ? undefined : Buffer.from(join(artifacts, name.slice(9)));
    if (name.startsWith('db/')) return Buffer.from(join(dumps, name.slice(3)));
    const end = name.indexOf('/', 5);
    const base = places.get(end === -1 ? name.slice(5) : name.slice(5, end));
    return base === undefined ? undefined : bytesOfName(end === -1 ? base : `${base}${name.slice(end)}`);
  };
}

/** Makes folders, files and hard links as they come. */
function unpacker(
  input: ExtractInput,
  placeOf: PlaceOf,
  later: EntrySpool,
  notes: Set<string>,
): Pick<MembersReader, 'onEntry' | 'onManifest' | 'onMember'> {
  const mayGive = isRoot();
  let done = 0;
  let total = 0;
  return {
    onEntry: (entry) => refuseEscape(input, entry),
    onManifest(manifest) {
      total = manifest.head.totals.bytes;
      checkSpace(input, total);
      input.onManifest?.(manifest);
    },
    onMember(entry) {
      const place = placeOf(entry.name);
      if (place === undefined) return undefined;
      if (entry.name.startsWith('data/')) note(entry, mayGive, notes);
      if (entry.type === 'folder') mkdirSync(place, { mode: 0o700 });
      if (entry.type === 'hardlink') {
        const target = placeOf(entry.link ?? '');
        if (target === undefined) throw new RotaError('ROTA_BUNDLE_HOSTILE', `${entry.name} is a hard link out of its root.`);
        linkSync(target, place);
      } else if (entry.name.startsWith('data/') && (entry.type !== 'file' || entry.xattrs !== undefined))
        later.add(JSON.stringify(entry));
      if (entry.type !== 'file') return undefined;
      done += entry.size;
      input.onBytes?.(done, total);
      return fileSink(place, entry, mayGive);
    },
  };
}

/** @throws ROTA_BUNDLE_HOSTILE */
function refuseEscape({ keepLinks }: ExtractInput, { name, type, link = '' }: BundleEntry): void {
  if (type !== 'symlink' || keepLinks.has(name.split('/')[1] ?? '') || !leavesRoot(name, link)) return;
  throw new RotaError('ROTA_BUNDLE_HOSTILE', `The link ${name} leads out of its root, to ${link}; nothing was unpacked.`, {
    suggestions: ['Declare `links: keep` for the root if such links belong there.'],
  });
}

/** @throws ROTA_BUNDLE_SPACE */
function checkSpace({ places }: ExtractInput, bytes: number): void {
  for (const [, place] of places) {
    const free = freeBytes(join(place, '..'));
    if (free < bytes)
      throw new RotaError('ROTA_BUNDLE_SPACE', `${bytes} bytes are needed beside ${place}, and ${free} are free.`);
  }
}

function note(entry: BundleEntry, mayGive: boolean, notes: Set<string>): void {
  if (!mayGive && process.getuid !== undefined && entry.uid !== process.getuid())
    notes.add('Owners were not restored: only root can give files to others.');
  if (entry.type !== 'symlink' && safeMode(entry) !== entry.mode)
    notes.add('Set-user-id and set-group-id bits of files were taken away.');
}

async function makeLinks(
  { host }: ExtractInput,
  entries: Iterable<BundleEntry>,
  placeOf: PlaceOf,
  notes: Set<string>,
): Promise<void> {
  for (const { name, type, link = '' } of entries) {
    const place = type === 'symlink' || type === 'fifo' ? placeOf(name) : undefined;
    if (place === undefined) continue;
    if (type === 'symlink') symlinkSync(bytesOfName(link), place);
    else {
      const trouble = await makePipe(host, place);
      if (trouble !== undefined) notes.add(`A named pipe was not made: ${trouble}`);
    }
  }
}

/** So many at once, so that memory does not grow with their number. */
const attributesAtOnce = 2000;

/** Resolves to what went wrong, if anything did. */
async function setAttributes(
  { host }: ExtractInput,
  entries: Iterable<BundleEntry>,
  placeOf: PlaceOf,
): Promise<string | undefined> {
  const batch = new Map<string, Readonly<Record<string, string>>>();
  for (const { name, xattrs } of entries) {
    const place = xattrs === undefined ? undefined : placeOf(name);
    if (xattrs === undefined || place === undefined) continue;
    batch.set(nameOfBytes(place), xattrs);
    if (batch.size < attributesAtOnce) continue;
    const trouble = await writeAttributes(host.run, batch);
    if (trouble !== undefined) return trouble;
    batch.clear();
  }
  return batch.size === 0 ? undefined : await writeAttributes(host.run, batch);
}

function* only(entries: Iterable<BundleEntry>, places: ReadonlyMap<string, string>): Generator<BundleEntry> {
  for (const entry of entries) {
    const [area, root = ''] = entry.name.split('/', 2);
    if (area === 'data' && places.has(root)) yield entry;
  }
}

/** Only root gives files away. */
const isRoot = (): boolean => process.getuid?.() === 0;
