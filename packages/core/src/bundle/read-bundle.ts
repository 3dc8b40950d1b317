import { createHash, type Hash, hash } from 'node:crypto';
import * as v from 'valibot';
import { RotaError } from '../errors/rota-error.ts';
import { canonicalJson } from '../state/digest.ts';
import { type BundleEntry, type BundleManifest, manifestSchema } from './manifest.ts';
import { memberOf } from './stage-tree.ts';
import { readArchive } from './stream-parts.ts';
import { checkName, parseHeader } from './tar/parse-header.ts';
import { sharedTarHeader } from './tar/tar-header.ts';
import { blockSize, type TarMember } from './tar/tar-member.ts';
import { type TarReader, tarParser } from './tar/tar-parser.ts';
import { treeDigest } from './tree-digest.ts';

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
  /** Before the first member; the manifest is well formed and holds nothing hostile. */
  readonly onManifest?: (manifest: BundleManifest, text: Uint8Array) => void;
  /** A member is there as the manifest lists it. Whoever wants its content gives a sink; it is compared with the manifest in any case. */
  readonly onMember?: (entry: BundleEntry) => MemberSink | undefined;
  readonly signal?: AbortSignal | undefined;
  /** A file with age keys. */
  readonly ageIdentity?: string | undefined;
}

const largestManifest = 256 * 1024 * 1024;

/**
 * Reads a whole bundle, by the path of its file or as the bytes of its archive, and compares every member with the manifest: each there once, in
 * order, with its metadata and SHA-256, nothing else, and the end of the archive. Resolves to the manifest.
 *
 * @throws ROTA_BUNDLE_FORMAT, ROTA_BUNDLE_HOSTILE, ROTA_BUNDLE_MISMATCH, ROTA_BUNDLE_NEWER, ROTA_BUNDLE_COMPRESSION
 */
export async function readBundle(source: string | AsyncIterable<Uint8Array>, reader: BundleReader = {}): Promise<BundleManifest> {
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

/** Reads the manifest alone. */
export async function readManifest(path: string, ageIdentity?: string): Promise<BundleManifest> {
  let manifest: BundleManifest | undefined;
  const members = memberComparer({ onManifest: (found) => (manifest = found) });
  const parser = tarParser(members);
  for await (const chunk of readArchive(path, ageIdentity)) {
    // What comes behind the manifest may be of any kind: it is not looked at.
    for (let at = 0; at < chunk.length && manifest === undefined; at += blockSize)
      parser.feed(chunk.subarray(at, at + blockSize));
    if (manifest !== undefined) return manifest;
  }
  throw notABundle('it is empty');
}

/** Follows an archive along its manifest, which is its first member. */
function memberComparer(reader: BundleReader): TarReader & { finish(): BundleManifest; abort(): void } {
  let manifest: BundleManifest | undefined;
  let manifestParts: Buffer[] | undefined;
  let next = 0;
  let entry: BundleEntry | undefined;
  let sink: MemberSink | undefined;
  let whole: Hash | undefined;
  let digest = '';
  return {
    onHeader(header) {
      if (manifest === undefined) {
        const size = manifestSize(parseHeader(header));
        manifestParts = [];
        return size;
      }
      entry = manifest.entries[next];
      next += 1;
      checkHeader(header, entry);
      sink = reader.onMember?.(entry);
      whole = undefined;
      digest = '';
      return entry.size;
    },
    onContent(part) {
      if (entry === undefined) {
        // A copy: what it was cut from is used again for what comes behind it.
        manifestParts?.push(Buffer.from(part));
        return;
      }
      if (part.length === entry.size) digest = hash('sha256', part, 'hex');
      else {
        whole ??= createHash('sha256');
        whole.update(part);
      }
      sink?.write(part);
    },
    onEnd() {
      if (entry === undefined) {
        const text = Buffer.concat(manifestParts ?? []);
        manifestParts = undefined;
        manifest = parseManifest(text);
        reader.onManifest?.(manifest, text);
        return;
      }
      if (entry.type === 'file' && entry.sha256 !== (whole?.digest('hex') ?? (digest || emptySha256)))
        throw mismatch(`the content of ${entry.name} is not what was captured`);
      const done = sink;
      sink = undefined;
      done?.end();
    },
    finish() {
      if (manifest === undefined) throw notABundle('it is empty');
      const missing = manifest.entries[next];
      if (missing !== undefined) throw mismatch(`${missing.name} is missing`);
      return manifest;
    },
    abort() {
      sink?.abort();
      sink = undefined;
    },
  };
}

const emptySha256 = hash('sha256', '', 'hex');

/** A header has to be the one that a capture writes for what the manifest lists. */
function checkHeader(header: Buffer, entry: BundleEntry | undefined): asserts entry is BundleEntry {
  if (entry !== undefined && header.equals(sharedTarHeader(memberOf(entry)))) return;
  // Not byte for byte: what it says is read, so that it can be told what is wrong, or that it is the same in other words.
  const member = parseHeader(header);
  if (entry === undefined) throw mismatch(`it holds ${member.name}, which its manifest does not list`);
  if (canonicalJson(plain(member)) !== canonicalJson(plain(memberOf(entry))))
    throw mismatch(`at ${entry.name}: the member "${member.name}" is not what the manifest lists`);
}

function manifestSize({ name, type, size }: TarMember): number {
  if (name !== 'manifest.json' || type !== 'file') throw notABundle(`its first member is ${name}, not manifest.json`);
  if (size > largestManifest) throw hostile(`a manifest of ${size} bytes`);
  return size;
}

/** The text of a `manifest.json`, checked. @throws ROTA_BUNDLE_FORMAT, ROTA_BUNDLE_NEWER, ROTA_BUNDLE_HOSTILE */
export function parseManifest(text: Uint8Array): BundleManifest {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text).toString());
  } catch (cause) {
    throw new RotaError('ROTA_BUNDLE_FORMAT', 'The bundle is damaged: its manifest is not JSON.', { cause });
  }
  if (typeof value === 'object' && value !== null && 'formatVersion' in value && Number(value.formatVersion) > 1)
    throw new RotaError('ROTA_BUNDLE_NEWER', `The bundle has format ${String(value.formatVersion)}; this Rota reads 1.`, {
      suggestions: ['Use the Rota that wrote it, or a newer one.'],
    });
  const parsed = v.safeParse(manifestSchema, value);
  if (!parsed.success) throw notABundle(`its manifest is not of Rota (${parsed.issues[0].message})`);
  checkManifest(parsed.output);
  return parsed.output;
}

/** What no capture writes is refused before the first member is looked at. */
export function checkManifest(manifest: BundleManifest, platform: string = process.platform): void {
  const { entries, roots, totals, treeDigest: digest } = manifest;
  if (entries.length !== totals.entries) throw hostile('a manifest whose entries are not as many as it says');
  const kinds = new Map<string, BundleEntry['type']>();
  const folded = new Set<string>();
  const rootNames = new Set(roots.map(({ name }) => name));
  let bytes = 0;
  for (const entry of entries) {
    const { name, type } = entry;
    checkName(name, 'an entry');
    const [area, root, ...rest] = name.split('/');
    if (area === 'db' ? type !== 'file' || rest.length > 0 : area !== 'data' || !rootNames.has(root ?? ''))
      throw hostile(`an entry outside its roots: ${name}`);
    if (kinds.has(name)) throw hostile(`${name} twice`);
    if (platform !== 'linux') {
      const same = name.normalize('NFC').toLowerCase();
      if (folded.has(same)) throw hostile(`two names that are one on this machine: ${name}`);
      folded.add(same);
    }
    if (area === 'data' && rest.length > 0 && kinds.get(name.slice(0, name.lastIndexOf('/'))) !== 'folder')
      throw hostile(`${name}, which is in no folder of the bundle`);
    if (type === 'hardlink' && kinds.get(entry.link ?? '') !== 'file')
      throw hostile(`${name}, a hard link to "${entry.link ?? ''}", which is no file of the bundle before it`);
    if ((type === 'hardlink' || type === 'symlink') !== (entry.link !== undefined))
      throw hostile(`${name}, a ${type} with a wrong link`);
    if ((type === 'file') !== (entry.sha256 !== undefined)) throw hostile(`${name}, a ${type} with a wrong checksum`);
    if (type !== 'file' && entry.size !== 0) throw hostile(`${name}, a ${type} with content`);
    kinds.set(name, type);
    bytes += entry.size;
  }
  if (bytes !== totals.bytes) throw hostile('a manifest whose sizes do not add up to what it says');
  if (treeDigest(entries) !== digest) throw mismatch('its tree digest is not that of its entries');
}

/** True when a symbolic link of this name leads out of its root, as its text stands. */
export function leavesRoot(name: string, link: string): boolean {
  if (link.startsWith('/') || /^[A-Za-z]:|^\\/.test(link)) return true;
  const depthOfRoot = 2;
  const folder = name.split('/').slice(0, -1);
  for (const part of link.split('/')) {
    if (part === '..') folder.pop();
    else if (part !== '.' && part !== '') folder.push(part);
    if (folder.length < depthOfRoot) return true;
  }
  return false;
}

function plain(member: TarMember): object {
  const { name, type, mode, uid, gid, user, group, size, link, mtimeNs, xattrs } = member;
  return { name, type, mode, uid, gid, user, group, size, link, mtimeNs: String(mtimeNs), xattrs };
}

function mismatch(what: string): RotaError {
  return new RotaError('ROTA_BUNDLE_MISMATCH', `The bundle is not what its manifest says: ${what}.`, {
    suggestions: ['Use another bundle; `rota bundle list` shows them.'],
  });
}

function hostile(what: string): RotaError {
  return new RotaError('ROTA_BUNDLE_HOSTILE', `The bundle holds ${what}; no capture writes that, and nothing was unpacked.`, {
    suggestions: ['Do not trust where this file came from.'],
  });
}

function notABundle(why: string): RotaError {
  return new RotaError('ROTA_BUNDLE_FORMAT', `This is no bundle of Rota: ${why}.`, {
    suggestions: ['`rota bundle list` shows the bundles of a job.'],
  });
}
