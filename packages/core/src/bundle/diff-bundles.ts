import type { BundleEntry, BundleManifest } from './format/manifest.ts';

/** What differs between two bundles, by member. */
export interface BundleDifference {
  readonly name: string;
  readonly change: 'added' | 'removed' | 'content' | 'metadata';
  /** Of metadata: what differs. */
  readonly fields: readonly string[];
  readonly sizeBefore: number | null;
  readonly sizeAfter: number | null;
}

const contentFields = ['type', 'sha256', 'link', 'size'] as const;
const metadataFields = ['mode', 'uid', 'gid', 'mtimeNs', 'xattrs'] as const;

/** Compares two manifests; names in order. Pure. */
export function diffBundles(before: BundleManifest, after: BundleManifest): readonly BundleDifference[] {
  const old = new Map(before.entries.map((entry) => [entry.name, entry]));
  const fresh = new Map(after.entries.map((entry) => [entry.name, entry]));
  const differences: BundleDifference[] = [];
  for (const name of [...new Set([...old.keys(), ...fresh.keys()])].sort()) {
    const a = old.get(name);
    const b = fresh.get(name);
    const sizes = { sizeBefore: a?.size ?? null, sizeAfter: b?.size ?? null };
    if (a === undefined) differences.push({ name, change: 'added', fields: [], ...sizes });
    else if (b === undefined) differences.push({ name, change: 'removed', fields: [], ...sizes });
    else {
      const content = differing(a, b, contentFields);
      const fields = [...content, ...differing(a, b, metadataFields)];
      if (fields.length > 0) differences.push({ name, change: content.length > 0 ? 'content' : 'metadata', fields, ...sizes });
    }
  }
  return differences;
}

function differing(a: BundleEntry, b: BundleEntry, fields: readonly (keyof BundleEntry)[]): readonly string[] {
  return fields.filter((field) => JSON.stringify(a[field]) !== JSON.stringify(b[field]));
}
