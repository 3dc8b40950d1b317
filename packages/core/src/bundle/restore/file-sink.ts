import { closeSync, constants, fchmodSync, fchownSync, ftruncateSync, futimesSync, openSync, writeSync } from 'node:fs';
import type { BundleEntry } from '../format/manifest.ts';
import type { MemberSink } from '../format/read-bundle.ts';
import { safeMode } from '../format/safe-mode.ts';
import { secondsOf } from './set-facts.ts';

/** Makes a file that must not exist. Owner, mode and time are set while it is open, unless attributes have to be written to it first. */
export function fileSink(place: Buffer, entry: BundleEntry, mayGive: boolean): MemberSink {
  const file = openSync(place, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW, 0o600);
  let at = 0;
  return {
    write(part) {
      if (entry.sparse === true) writeBlocks(file, part, at);
      else
        for (let written = 0; written < part.length; )
          written += writeSync(file, part, written, part.length - written, at + written);
      at += part.length;
    },
    end() {
      try {
        if (entry.sparse === true) ftruncateSync(file, entry.size);
        if (entry.xattrs === undefined && entry.name.startsWith('data/')) {
          if (mayGive) fchownSync(file, entry.uid, entry.gid);
          fchmodSync(file, safeMode(entry));
          const seconds = secondsOf(entry);
          futimesSync(file, seconds, seconds);
        }
      } finally {
        closeSync(file);
      }
    },
    abort: () => closeSync(file),
  };
}

/** Leaves blocks of zeros out, so that they become holes again. */
function writeBlocks(file: number, part: Uint8Array, at: number): void {
  for (let start = 0; start < part.length; ) {
    const length = Math.min(4096 - ((at + start) % 4096), part.length - start);
    const block = part.subarray(start, start + length);
    if (block.some((byte) => byte !== 0))
      for (let w = 0; w < length; ) w += writeSync(file, block, w, length - w, at + start + w);
    start += length;
  }
}
