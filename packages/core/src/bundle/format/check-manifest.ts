import { artifactMember } from '../artifact.ts';
import { checkName } from '../tar/parse-header.ts';
import { hostileBundle, mismatchedBundle } from './bundle-error.ts';
import { bytesOfName } from './file-name.ts';
import type { BundleEntry, BundleHead } from './manifest.ts';
import { treeHash } from './tree-digest.ts';

/** Checks the entries of a manifest one after the other. */
export interface ManifestChecker {
  /** @throws ROTA_BUNDLE_HOSTILE for what no capture writes there */
  check(entry: BundleEntry): void;
  /** After the last. @throws ROTA_BUNDLE_HOSTILE, ROTA_BUNDLE_MISMATCH */
  finish(all: Iterable<BundleEntry>): void;
}

/** A folder that the next entry may be in, and the last name in it. */
interface OpenFolder {
  readonly name: string;
  last: string;
  /** Where names that differ by case only are one: what is in it. */
  readonly folded: Set<string> | undefined;
}

/**
 * What no capture writes is refused before the first member is looked at. A capture writes root by root, folders before what is in them, names in
 * the order of their bytes; so what is open suffices to tell that nothing is there twice and everything is in a folder.
 */
export function manifestChecker(head: BundleHead, platform: string = process.platform): ManifestChecker {
  checkHead(head);
  const rootNames = new Set(head.roots.map(({ name }) => name));
  const seenRoots = new Set<string>();
  const dumps = new Set<string>();
  const open: OpenFolder[] = [];
  const linked = new Set<string>();
  const tree = treeHash();
  let count = 0;
  let bytes = 0;

  function place(name: string, type: BundleEntry['type']): void {
    const slash = name.lastIndexOf('/');
    const parent = name.slice(0, slash);
    if (parent === 'db') {
      if (type !== 'file') throw hostileBundle(`an entry outside its roots: ${name}`);
      if (dumps.has(name)) throw hostileBundle(`${name} twice`);
      dumps.add(name);
      return;
    }
    if (parent === 'artifact') {
      if (type !== 'file' || name !== artifactMember || head.artifact?.member !== name)
        throw hostileBundle(`an entry outside its roots: ${name}`);
      if (dumps.has(name)) throw hostileBundle(`${name} twice`);
      dumps.add(name);
      return;
    }
    if (parent === 'data') {
      const root = name.slice(slash + 1);
      if (!rootNames.has(root)) throw hostileBundle(`an entry outside its roots: ${name}`);
      if (seenRoots.has(root)) throw hostileBundle(`${name} twice`);
      seenRoots.add(root);
      open.length = 0;
    } else {
      while (open.length > 0 && open.at(-1)?.name !== parent) open.pop();
      const folder = open.at(-1);
      if (folder === undefined) throw hostileBundle(`${name}, which is in no folder of the bundle`);
      const own = name.slice(slash + 1);
      const order = compareNames(folder.last, own);
      if (order === 0) throw hostileBundle(`${name} twice`);
      if (order > 0) throw hostileBundle(`${name} behind ${folder.last}, which is out of order`);
      folder.last = own;
      if (folder.folded !== undefined) {
        const same = own.normalize('NFC').toLowerCase();
        if (folder.folded.has(same)) throw hostileBundle(`two names that are one on this machine: ${name}`);
        folder.folded.add(same);
      }
    }
    if (type === 'folder') open.push({ name, last: '', folded: platform === 'linux' ? undefined : new Set() });
  }

  return {
    check(entry) {
      const { name, type } = entry;
      checkName(name, 'an entry');
      place(name, type);
      if ((type === 'hardlink' || type === 'symlink') !== (entry.link !== undefined))
        throw hostileBundle(`${name}, a ${type} with a wrong link`);
      if ((type === 'file') !== (entry.sha256 !== undefined)) throw hostileBundle(`${name}, a ${type} with a wrong checksum`);
      if (type !== 'file' && entry.size !== 0) throw hostileBundle(`${name}, a ${type} with content`);
      if (type === 'hardlink') linked.add(entry.link ?? '');
      tree.add(entry);
      count += 1;
      bytes += entry.size;
    },
    finish(all) {
      if (count !== head.totals.entries) throw hostileBundle('a manifest whose entries are not as many as it says');
      if (bytes !== head.totals.bytes) throw hostileBundle('a manifest whose sizes do not add up to what it says');
      if (linked.size > 0) checkLinks(all, linked);
      if (tree.digest() !== head.treeDigest) throw mismatchedBundle('its tree digest is not that of its entries');
    },
  };
}

/** What the head names becomes paths as well: of roots, of identities that are left out or taken away, of databases. */
function checkHead({ roots, identity, databases, artifact }: BundleHead): void {
  const names = new Set<string>();
  for (const { name } of roots) {
    checkName(name, 'a root');
    if (name.includes('/')) throw hostileBundle(`a root whose name has several parts: ${JSON.stringify(name.slice(0, 200))}`);
    if (names.has(name)) throw hostileBundle(`the root ${name} twice`);
    names.add(name);
  }
  const inRoots = (name: string, what: string): void => {
    checkName(name, what);
    const [area, root = ''] = name.split('/', 2);
    if (area !== 'data' || !names.has(root))
      throw hostileBundle(`${what} outside its roots: ${JSON.stringify(name.slice(0, 200))}`);
  };
  for (const { name } of identity) inRoots(name, 'an identity');
  for (const { member } of databases) {
    checkName(member.replace(/\/$/, ''), 'a database'); // Early captures wrote the slash for a root that is a database.
    if (!/^db\/[^/]+$/.test(member)) inRoots(member.replace(/\/$/, ''), 'a database');
  }
  if (artifact?.member !== undefined && artifact.member !== artifactMember)
    throw hostileBundle(`an artifact of another name: ${JSON.stringify(artifact.member.slice(0, 200))}`);
}

/** Hard links lead to files that come before them. */
function checkLinks(all: Iterable<BundleEntry>, linked: ReadonlySet<string>): void {
  const files = new Set<string>();
  for (const { name, type, link = '' } of all) {
    if (type === 'hardlink' && !files.has(link))
      throw hostileBundle(`${name}, a hard link to "${link}", which is no file of the bundle before it`);
    if (type === 'file' && linked.has(name)) files.add(name);
  }
}

/** The order of their bytes. That of UTF-16 is the same below the surrogates. */
function compareNames(a: string, b: string): number {
  if (a === b) return 0;
  if (beyond.test(a) || beyond.test(b)) return Buffer.compare(bytesOfName(a), bytesOfName(b));
  return a < b ? -1 : 1;
}

const beyond = /[\ud800-\uffff]/;
