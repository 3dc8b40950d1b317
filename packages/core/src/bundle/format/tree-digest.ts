import { createHash } from 'node:crypto';
import { canonicalJson } from '../../state/digest.ts';
import type { BundleEntry } from './manifest.ts';

/**
 * One digest for a whole tree: SHA-256 over its entries in their order. Owners are left out, for who restores without being root owns what he
 * restores; times count to the microsecond, which is what Node can set.
 */
export function treeDigest(entries: Iterable<BundleEntry>): string {
  const tree = treeHash();
  for (const entry of entries) tree.add(entry);
  return tree.digest();
}

/** {@link treeDigest} entry by entry. */
export function treeHash(): { add(entry: BundleEntry): void; digest(): string } {
  const hash = createHash('sha256');
  // A call of the hash costs more than to hash a line.
  let lines = '';
  return {
    add(entry) {
      lines += digestLine(entry);
      if (lines.length < 65_536) return;
      hash.update(lines);
      lines = '';
    },
    digest: () => hash.update(lines).digest('hex'),
  };
}

/** One entry as it is hashed. Equal texts mean equal entries, as far as a restore can make them so. */
export function digestLine(entry: BundleEntry): string {
  if (entry.xattrs !== undefined) return `${canonicalJson(digested(entry))}\n`;
  // The same text, with the keys in order by hand: this is done for every file, several times.
  const { name, type, size, sha256, link } = entry;
  const { mode, mtimeUs } = portable(entry);
  return `${JSON.stringify({ link, mode, mtimeUs, name, sha256, size, type })}\n`;
}

/** What of an entry has to be the same after a restore. */
export function digested({ name, type, mode, mtimeNs, size, sha256, link, xattrs }: BundleEntry): object {
  return {
    name,
    type,
    ...portable({ type, mode, mtimeNs }),
    size,
    sha256,
    link,
    xattrs,
  };
}

/** Linux has no modes of symbolic links; a hard link is the file that it leads to. */
function portable({ type, mode, mtimeNs }: Pick<BundleEntry, 'type' | 'mode' | 'mtimeNs'>): { mode: number; mtimeUs: string } {
  return {
    mode: type === 'symlink' || type === 'hardlink' ? 0 : mode,
    mtimeUs: type === 'hardlink' ? '0' : microsecondsText(mtimeNs),
  };
}

function microsecondsText(ns: string): string {
  return ns.length > 9 && !ns.startsWith('-') ? ns.slice(0, -3) : String(microseconds(BigInt(ns)));
}

export function microseconds(ns: bigint): bigint {
  return ns >= 0n || ns % 1000n === 0n ? ns / 1000n : ns / 1000n - 1n;
}
