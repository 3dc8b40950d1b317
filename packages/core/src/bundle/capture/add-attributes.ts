import { type EntrySpool, openEntrySpool } from '../format/entry-spool.ts';
import type { BundleEntry } from '../format/manifest.ts';
import { treeDigest } from '../format/tree-digest.ts';

/**
 * The same entries with the extended attributes that were read beside them, in a spool of their own, and the digest of the tree with them. A
 * hard link has those of the file that it leads to.
 */
export function addAttributes(
  entries: Iterable<BundleEntry>,
  attributesOf: (name: string) => Readonly<Record<string, string>> | undefined,
  folder: string,
): { readonly entries: EntrySpool; readonly treeDigest: string } {
  const spool = openEntrySpool(folder);
  for (const entry of entries) {
    const xattrs = entry.type === 'hardlink' ? undefined : attributesOf(entry.name);
    spool.add(JSON.stringify(xattrs === undefined ? entry : { ...entry, xattrs }));
  }
  return { entries: spool, treeDigest: treeDigest(spool) };
}
