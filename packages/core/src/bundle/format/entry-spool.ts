import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BundleEntry } from './manifest.ts';

/** Most bundles have fewer entries than fit in here, and need no file. */
const roomSize = 1024 * 1024;
const pieceSize = 256 * 1024;

/**
 * The entries of a manifest in their order, as the manifest has them: a line of JSON each. They are kept in a file that has no name, so that
 * nothing grows with their number and nothing is left behind.
 */
export interface EntrySpool extends Iterable<BundleEntry> {
  readonly count: number;
  /** Bytes of the text. */
  readonly size: number;
  /** Adds the JSON of one entry. */
  add(line: string): void;
  /** All lines, parted by commas, in pieces that hold until the next. */
  text(): Generator<Uint8Array>;
  close(): void;
}

/** An empty spool; its file, if it comes to that, is in the folder. */
export function openEntrySpool(folder: string = tmpdir()): EntrySpool {
  const room = Buffer.allocUnsafe(roomSize);
  let filled = 0;
  let flushed = 0;
  let count = 0;
  let file: number | undefined;

  function flush(bytes: Uint8Array): void {
    file ??= openNameless(folder);
    for (let written = 0; written < bytes.length; )
      written += writeSync(file, bytes, written, bytes.length - written, flushed + written);
    flushed += bytes.length;
  }

  function* text(): Generator<Uint8Array> {
    if (file !== undefined) {
      const piece = Buffer.allocUnsafe(pieceSize);
      for (let at = 0; at < flushed; ) {
        const got = readSync(file, piece, 0, Math.min(pieceSize, flushed - at), at);
        if (got === 0) throw new Error('the list of entries became shorter');
        yield piece.subarray(0, got);
        at += got;
      }
    }
    if (filled > 0) yield room.subarray(0, filled);
  }

  return {
    get count() {
      return count;
    },
    get size() {
      return flushed + filled;
    },
    add(line) {
      const whole = count === 0 ? line : `,\n${line}`;
      count += 1;
      // A character of UTF-16 has at most three bytes in UTF-8.
      if (filled + whole.length * 3 > roomSize) {
        flush(room.subarray(0, filled));
        filled = 0;
        if (whole.length * 3 > roomSize) return flush(Buffer.from(whole));
      }
      filled += room.write(whole, filled);
    },
    text,
    *[Symbol.iterator]() {
      let rest = noBytes;
      for (const part of text()) {
        const data = Buffer.from(part.buffer, part.byteOffset, part.length);
        const end = data.lastIndexOf(newline);
        if (end === -1) {
          rest = Buffer.concat([rest, data]);
          continue;
        }
        // Every line but the last ends in a comma.
        const lines = (rest.length === 0 ? data.subarray(0, end) : Buffer.concat([rest, data.subarray(0, end)])).toString();
        rest = Buffer.from(data.subarray(end + 1));
        for (const line of lines.split('\n')) yield JSON.parse(line.slice(0, -1));
      }
      if (rest.length > 0) yield JSON.parse(rest.toString());
    },
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
      flushed = 0;
      filled = 0;
    },
  };
}

const noBytes = Buffer.alloc(0);
const newline = 0x0a;

function openNameless(folder: string): number {
  const path = join(folder, `.rota-entries-${randomBytes(6).toString('hex')}`);
  const file = openSync(path, 'wx+', 0o600);
  try {
    unlinkSync(path);
  } catch (error) {
    closeSync(file);
    throw error;
  }
  return file;
}
