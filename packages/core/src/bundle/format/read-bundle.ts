import { createHash, type Hash, hash } from 'node:crypto';
import { canonicalJson } from '../../state/digest.ts';
import { parseHeader } from '../tar/parse-header.ts';
import { sharedTarHeader } from '../tar/tar-header.ts';
import { blockSize, type TarMember } from '../tar/tar-member.ts';
import { type TarReader, tarParser } from '../tar/tar-parser.ts';
import { hostileBundle, mismatchedBundle, notABundle } from './bundle-error.ts';
import type { BundleEntry, BundleHead, BundleManifest } from './manifest.ts';
import { manifestMatcher } from './match-manifest.ts';
import { memberOf } from './member-of.ts';
import { manifestParser, type StoredManifest } from './read-manifest.ts';
import { readArchive } from './stream-parts.ts';

/** What becomes of the content of one member. */
export interface MemberSink {
  /** The next part of the content, valid only during the call. */
  readonly write: (part: Uint8Array) => void;
  /** All of it was written, and it is what the manifest says. */
  readonly end: () => void;
  /** Called instead of `end` when it is not, or when reading fails. */
  readonly abort: () => void;
}

/** What reads the members of a bundle as they come. */
export interface BundleReader {
  /** Before the first member; the manifest is well formed and holds nothing hostile. The entries can be read until the bundle is. */
  readonly onManifest?: (head: BundleHead, entries: Iterable<BundleEntry>) => void;
  /** A member is there as the manifest lists it. Whoever wants its content gives a sink; it is compared with the manifest in any case. */
  readonly onMember?: (entry: BundleEntry) => MemberSink | undefined;
  readonly signal?: AbortSignal | undefined;
  /** A file with age keys. */
  readonly ageIdentity?: string | undefined;
  /** A folder for the list of entries of a large bundle, while it is read. @default the folder for temporary files */
  readonly workFolder?: string | undefined;
}

const largestManifest = 16 * 1024 ** 3;

/**
 * Reads a whole bundle, by the path of its file or as the bytes of its archive, and compares every member with the manifest: each there once, in
 * order, with its metadata and SHA-256, nothing else, and the end of the archive. Memory does not grow with the number of members.
 * Resolves to the manifest without its entries.
 *
 * @throws ROTA_BUNDLE_FORMAT, ROTA_BUNDLE_HOSTILE, ROTA_BUNDLE_MISMATCH, ROTA_BUNDLE_NEWER, ROTA_BUNDLE_COMPRESSION
 */
export async function readBundle(source: string | AsyncIterable<Uint8Array>, reader: BundleReader = {}): Promise<BundleHead> {
  const manifest = await readMembers(source, {
    ...reader,
    onManifest: ({ head, entries }) => reader.onManifest?.(head, entries),
  });
  manifest.close();
  return manifest.head;
}

/** What {@link readMembers} is told. */
export interface MembersReader extends Omit<BundleReader, 'onManifest'> {
  /** An entry is well formed; before `onManifest`. Not called where the manifest is known. */
  readonly onEntry?: (entry: BundleEntry) => void;
  readonly onManifest?: (manifest: StoredManifest) => void;
  /** What the manifest has to be, to the byte. Whoever knows it need not have it checked. */
  readonly known?: Omit<StoredManifest, 'close'>;
}

/** {@link readBundle} for who needs the entries afterwards, and closes them. */
export async function readMembers(source: string | AsyncIterable<Uint8Array>, reader: MembersReader): Promise<StoredManifest> {
  const members = memberComparer(reader);
  const parser = tarParser(members);
  try {
    for await (const chunk of typeof source === 'string' ? readArchive(source, reader.ageIdentity) : source) {
      reader.signal?.throwIfAborted();
      parser.feed(chunk);
    }
    parser.finish();
    return members.finish();
  } catch (error) {
    members.abort();
    throw error;
  }
}

/** Reads the manifest alone, with all its entries. */
export async function readManifest(path: string, ageIdentity?: string): Promise<BundleManifest> {
  const manifest = await readUntil(path, ageIdentity, (members) => members.manifest());
  try {
    return { ...manifest.head, entries: [...manifest.entries] };
  } finally {
    manifest.close();
  }
}

/** Reads what a manifest says of the whole; its entries are not looked at. */
export async function readHead(path: string, ageIdentity?: string): Promise<BundleHead> {
  return await readUntil(path, ageIdentity, (members) => members.head());
}

async function readUntil<T>(
  path: string,
  ageIdentity: string | undefined,
  found: (members: MemberComparer) => T | undefined,
): Promise<T> {
  const members = memberComparer({});
  const parser = tarParser(members);
  let result: T | undefined;
  try {
    for await (const chunk of readArchive(path, ageIdentity)) {
      // What comes behind the manifest may be of any kind: it is not looked at.
      for (let at = 0; at < chunk.length && result === undefined; at += blockSize) {
        parser.feed(chunk.subarray(at, at + blockSize));
        result = found(members);
      }
      if (result !== undefined) return result;
    }
  } finally {
    if (result === undefined || members.manifest() !== result) members.abort();
  }
  throw notABundle('it is empty');
}

interface MemberComparer extends TarReader {
  head(): BundleHead | undefined;
  manifest(): StoredManifest | undefined;
  finish(): StoredManifest;
  abort(): void;
}

/** Follows an archive along its manifest, which is its first member. */
function memberComparer(reader: MembersReader): MemberComparer {
  const parser = reader.known === undefined ? manifestParser(reader.workFolder, reader.onEntry) : manifestMatcher(reader.known);
  let manifest: StoredManifest | undefined;
  let entries: Iterator<BundleEntry> | undefined;
  let entry: BundleEntry | undefined;
  let sink: MemberSink | undefined;
  let whole: Hash | undefined;
  let digest = '';
  const next = (): BundleEntry | undefined => {
    const { done, value } = entries?.next() ?? { done: true };
    return done ? undefined : value;
  };
  return {
    head: parser.head,
    manifest: () => manifest,
    onHeader(header) {
      if (manifest === undefined) return manifestSize(parseHeader(header));
      entry = next();
      checkHeader(header, entry);
      sink = reader.onMember?.(entry);
      whole = undefined;
      digest = '';
      return entry.size;
    },
    onContent(part) {
      if (entry === undefined) return parser.feed(part);
      if (part.length === entry.size) digest = hash('sha256', part, 'hex');
      else {
        whole ??= createHash('sha256');
        whole.update(part);
      }
      sink?.write(part);
    },
    onEnd() {
      if (entry === undefined) {
        manifest = parser.finish();
        entries = manifest.entries[Symbol.iterator]();
        reader.onManifest?.(manifest);
        return;
      }
      if (entry.type === 'file' && entry.sha256 !== (whole?.digest('hex') ?? (digest || emptySha256)))
        throw mismatchedBundle(`the content of ${entry.name} is not what was captured`);
      const done = sink;
      sink = undefined;
      done?.end();
    },
    finish() {
      if (manifest === undefined) throw notABundle('it is empty');
      const missing = next();
      if (missing !== undefined) throw mismatchedBundle(`${missing.name} is missing`);
      return manifest;
    },
    abort() {
      sink?.abort();
      sink = undefined;
      parser.close();
    },
  };
}

const emptySha256 = hash('sha256', '', 'hex');

/** A header has to be the one that a capture writes for what the manifest lists. */
function checkHeader(header: Buffer, entry: BundleEntry | undefined): asserts entry is BundleEntry {
  if (entry !== undefined && header.equals(sharedTarHeader(memberOf(entry)))) return;
  // Not byte for byte: what it says is read, so that it can be told what is wrong, or that it is the same in other words.
  const member = parseHeader(header);
  if (entry === undefined) throw mismatchedBundle(`it holds ${member.name}, which its manifest does not list`);
  if (canonicalJson(plain(member)) !== canonicalJson(plain(memberOf(entry))))
    throw mismatchedBundle(`at ${entry.name}: the member "${member.name}" is not what the manifest lists`);
}

function manifestSize({ name, type, size }: TarMember): number {
  if (name !== 'manifest.json' || type !== 'file') throw notABundle(`its first member is ${name}, not manifest.json`);
  if (size > largestManifest) throw hostileBundle(`a manifest of ${size} bytes`);
  return size;
}

function plain(member: TarMember): object {
  const { name, type, mode, uid, gid, user, group, size, link, mtimeNs, xattrs } = member;
  return { name, type, mode, uid, gid, user, group, size, link, mtimeNs: String(mtimeNs), xattrs };
}
