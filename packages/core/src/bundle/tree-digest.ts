import { createHash } from 'node:crypto';
import { canonicalJson } from '../state/digest.ts';
import type { BundleEntry } from './manifest.ts';

/**
 * One digest for a whole tree: SHA-256 over its entries in their order. Owners are left out, for who restores without being root owns what he
 * restores; times count to the microsecond, which is what Node can set.
 */
export function treeDigest(entries: Iterable<BundleEntry>): string {
  const hash = createHash('sha256');
  for (const entry of entries) hash.update(`${canonicalJson(digested(entry))}\n`);
  return hash.digest('hex');
}

/** What of an entry has to be the same after a restore. */
export function digested({ name, type, mode, mtimeNs, size, sha256, link, xattrs }: BundleEntry): object {
  return {
    name,
    type,
    // Linux has no modes of symbolic links; a hard link is the file that it leads to.
    mode: type === 'symlink' || type === 'hardlink' ? 0 : mode,
    mtimeUs: type === 'hardlink' ? '0' : String(microseconds(BigInt(mtimeNs))),
    size,
    sha256,
    link,
    xattrs,
  };
}

export function microseconds(ns: bigint): bigint {
  return ns >= 0n || ns % 1000n === 0n ? ns / 1000n : ns / 1000n - 1n;
}
