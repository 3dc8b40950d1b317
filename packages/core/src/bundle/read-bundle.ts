import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { RotaError } from '../errors/rota-error.ts';
import { canonicalJson } from '../state/digest.ts';
import { type BundleEntry, type BundleManifest, manifestSchema } from './manifest.ts';
import { memberOf } from './stage-tree.ts';
import { readArchive } from './stream-parts.ts';
import { checkName, readTar } from './tar/read-tar.ts';
import type { TarMember } from './tar/tar-member.ts';
import { treeDigest } from './tree-digest.ts';

/** What reads the members of a bundle as they come. */
export interface BundleReader {
  /** Before the first member; the manifest is well formed and holds nothing hostile. */
  readonly onManifest?: (manifest: BundleManifest, text: Uint8Array) => void | Promise<void>;
  /** The content must be read to its end, or not at all. It is compared with the manifest while it passes. */
  readonly onMember?: (entry: BundleEntry, content: AsyncIterable<Uint8Array>) => void | Promise<void>;
  readonly signal?: AbortSignal | undefined;
  /** A file with age keys. */
  readonly ageIdentity?: string | undefined;
}

const largestManifest = 256 * 1024 * 1024;

/**
 * Reads a whole bundle, by the path of its file or as the bytes of its archive, and compares every member with the manifest: each there once, in order, with its metadata and SHA-256, nothing else,
 * and the end of the archive. Resolves to the manifest.
 *
 * @throws ROTA_BUNDLE_FORMAT, ROTA_BUNDLE_HOSTILE, ROTA_BUNDLE_MISMATCH, ROTA_BUNDLE_NEWER, ROTA_BUNDLE_COMPRESSION
 */
export async function readBundle(source: string | AsyncIterable<Uint8Array>, reader: BundleReader = {}): Promise<BundleManifest> {
  let manifest: BundleManifest | undefined;
  let next = 0;
  for await (const { member, content } of readTar(
    typeof source === 'string' ? readArchive(source, reader.ageIdentity) : source,
  )) {
    reader.signal?.throwIfAborted();
    if (manifest === undefined) {
      const text = await manifestText(member, content);
      manifest = parseManifest(text);
      await reader.onManifest?.(manifest, text);
      continue;
    }
    const entry = manifest.entries[next];
    next += 1;
    if (entry === undefined) throw mismatch(`it holds ${member.name}, which its manifest does not list`);
    if (canonicalJson(plain(member)) !== canonicalJson(plain(memberOf(entry))))
      throw mismatch(`at ${entry.name}: the member "${member.name}" is not what the manifest lists`);
    const checked = compared(entry, content);
    await reader.onMember?.(entry, checked);
    // What the reader left alone is compared all the same.
    for await (const _ of checked);
  }
  if (manifest === undefined) throw notABundle('it is empty');
  const missing = manifest.entries[next];
  if (missing !== undefined) throw mismatch(`${missing.name} is missing`);
  return manifest;
}

/** Reads the manifest alone. */
export async function readManifest(path: string, ageIdentity?: string): Promise<BundleManifest> {
  for await (const { member, content } of readTar(readArchive(path, ageIdentity)))
    return parseManifest(await manifestText(member, content));
  throw notABundle('it is empty');
}

async function manifestText(member: TarMember, content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  if (member.name !== 'manifest.json' || member.type !== 'file')
    throw notABundle(`its first member is ${member.name}, not manifest.json`);
  if (member.size > largestManifest) throw hostile(`a manifest of ${member.size} bytes`);
  const parts: Uint8Array[] = [];
  for await (const part of content) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
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

async function* compared(entry: BundleEntry, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const part of content) {
    hash.update(part);
    yield part;
  }
  if (entry.sha256 !== undefined && hash.digest('hex') !== entry.sha256)
    throw mismatch(`the content of ${entry.name} is not what was captured`);
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
