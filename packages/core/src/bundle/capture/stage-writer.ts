import { closeSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';

/** Small pieces are gathered to so many bytes before they are written: most files are smaller than what a call costs. */
const roomSize = 4 * 1024 * 1024;

/** A file that is written from its start to its end, and can be taken back to an earlier point. */
export interface StageWriter {
  /** Bytes so far. */
  position(): number;
  /** Reads from a file straight to here. Gives back what was read, which holds until the next call; shorter at the file's end. */
  take(source: number, length: number, at: number): Uint8Array;
  back(to: number): void;
  close(): void;
  /** Instead of `close`, or behind it: what is not written yet is not. */
  abandon(): void;
}

/** The stage itself cannot be written: the disk is full, not a file unreadable. */
export class StageError extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

export function openStageWriter(path: string): StageWriter {
  const file = openSync(path, 'wx', 0o600);
  const room = Buffer.allocUnsafe(roomSize);
  let flushed = 0;
  let filled = 0;
  let open = true;
  function abandon(): void {
    if (open) closeSync(file);
    open = false;
  }
  function flush(): void {
    put(room.subarray(0, filled));
    filled = 0;
  }
  function put(bytes: Uint8Array): void {
    try {
      for (let written = 0; written < bytes.length; )
        written += writeSync(file, bytes, written, bytes.length - written, flushed + written);
    } catch (error) {
      throw new StageError(error);
    }
    flushed += bytes.length;
  }
  function space(length: number): void {
    if (filled + length > roomSize) flush();
  }
  return {
    position: () => flushed + filled,
    take(source, length, at) {
      const most = Math.min(length, roomSize);
      // A large file fills the room anyway.
      space(Math.min(most, roomSize / 2));
      const got = readSync(source, room, filled, Math.min(most, roomSize - filled), at);
      const taken = room.subarray(filled, filled + got);
      filled += got;
      return taken;
    },
    back(to) {
      if (to >= flushed) {
        filled = to - flushed;
        return;
      }
      ftruncateSync(file, to);
      flushed = to;
      filled = 0;
    },
    close() {
      flush();
      abandon();
    },
    abandon,
  };
}
