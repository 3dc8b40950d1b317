import { chmodSync, chownSync, lchownSync, lstatSync, lutimesSync, utimesSync } from 'node:fs';
import type { BundleEntry } from '../format/manifest.ts';
import { safeMode } from '../format/safe-mode.ts';
import { microseconds } from '../format/tree-digest.ts';

/**
 * Sets owners, modes and times of what is there. A folder comes after all that is in it: making a file changes its time, and its mode may forbid
 * it.
 */
export function setFacts(
  /** Folders before what is in them. */
  entries: Iterable<BundleEntry>,
  placeOf: (name: string) => Buffer | undefined,
  mayGive: boolean,
): void {
  const open: BundleEntry[] = [];
  const closeUntil = (name: string): void => {
    for (let top = open.at(-1); top !== undefined && !name.startsWith(`${top.name}/`); top = open.at(-1)) {
      setOne(top, placeOf(top.name), mayGive);
      open.pop();
    }
  };
  for (const entry of entries) {
    closeUntil(entry.name);
    if (entry.type === 'folder') open.push(entry);
    else if (entry.type !== 'hardlink') setOne(entry, placeOf(entry.name), mayGive);
  }
  closeUntil('');
}

function setOne(entry: BundleEntry, place: Buffer | undefined, mayGive: boolean): void {
  if (place === undefined) return;
  const seconds = secondsOf(entry);
  if (entry.type === 'symlink') {
    if (mayGive) lchownSync(place, entry.uid, entry.gid);
    lutimesSync(place, seconds, seconds);
    return;
  }
  // What makes pipes may be missing; that is told in a note.
  if (entry.type === 'fifo' && lstatSync(place, { throwIfNoEntry: false }) === undefined) return;
  if (mayGive) chownSync(place, entry.uid, entry.gid);
  chmodSync(place, safeMode(entry));
  utimesSync(place, seconds, seconds);
}

/** Half a microsecond on: Node rounds down what it is given as a floating-point number. */
export function secondsOf({ mtimeNs }: Pick<BundleEntry, 'mtimeNs'>): number {
  return (Number(microseconds(BigInt(mtimeNs))) + 0.5) / 1e6;
}
