import { statfsSync } from 'node:fs';

/** What an ordinary process may still write on the file system of a path; `null` where that cannot be told. */
export function freeBytes(path: string): number | null {
  const facts = fileSystemFacts(path);
  return facts === null ? null : facts.freeBytes;
}

/** Size and use of a file system, as `df` counts them; `null` where that cannot be told. */
export function fileSystemFacts(
  path: string,
): { readonly freeBytes: number; readonly usedPercent: number; readonly usedInodesPercent: number } | null {
  try {
    const { bsize, blocks, bfree, bavail, files, ffree } = statfsSync(path);
    const used = blocks - bfree;
    return {
      freeBytes: bavail * bsize,
      usedPercent: used + bavail === 0 ? 0 : Math.ceil((100 * used) / (used + bavail)),
      // Some file systems have no table of inodes and say 0.
      usedInodesPercent: files === 0 ? 0 : Math.ceil((100 * (files - ffree)) / files),
    };
  } catch {
    return null;
  }
}
