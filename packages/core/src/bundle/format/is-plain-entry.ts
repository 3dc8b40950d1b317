import type { BundleEntry } from './manifest.ts';

/**
 * True for what the schema of an entry takes, asked without the schema: a bundle has an entry for every file. What is false is for the schema to
 * judge: it may be unusual, as an entry with extended attributes is, or wrong.
 */
export function isPlainEntry(value: unknown): value is BundleEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { name, type, mode, uid, gid, user, group, mtimeNs, size, sha256, link, sparse }: Record<string, unknown> = { ...value };
  return (
    typeof name === 'string' &&
    typeof type === 'string' &&
    types.has(type) &&
    isCount(mode) &&
    mode <= 0o7777 &&
    isCount(uid) &&
    isCount(gid) &&
    typeof user === 'string' &&
    typeof group === 'string' &&
    typeof mtimeNs === 'string' &&
    /^-?\d{1,20}$/.test(mtimeNs) &&
    isCount(size) &&
    (sha256 === undefined || (typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256))) &&
    (link === undefined || typeof link === 'string') &&
    (sparse === undefined || sparse === true) &&
    Object.keys(value).every((key) => keys.has(key))
  );
}

const types: ReadonlySet<string> = new Set(['file', 'folder', 'symlink', 'hardlink', 'fifo']);
const keys: ReadonlySet<string> = new Set([
  'name',
  'type',
  'mode',
  'uid',
  'gid',
  'user',
  'group',
  'mtimeNs',
  'size',
  'sha256',
  'link',
  'sparse',
]);

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}
