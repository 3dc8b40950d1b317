import { closeSync, openSync, readSync } from 'node:fs';

/** Small contents are read together: a call for each costs more than they do. */
const roomSize = 256 * 1024;

/** The contents of a stage, one behind the other. */
export interface StagedContent {
  /** Reads on, at least a byte. */
  read(into: Buffer, at: number, most: number): number;
  close(): void;
}

export function openStagedContent(path: string): StagedContent {
  const file = openSync(path, 'r');
  const room = Buffer.allocUnsafeSlow(roomSize);
  let position = 0;
  let from = 0;
  let to = 0;
  function readOn(into: Buffer, at: number, most: number): number {
    const got = readSync(file, into, at, most, position);
    if (got === 0) throw new Error('the staged files became shorter');
    position += got;
    return got;
  }
  return {
    read(into, at, most) {
      if (from === to) {
        if (most >= roomSize) return readOn(into, at, most);
        from = 0;
        to = readOn(room, 0, roomSize);
      }
      const copied = room.copy(into, at, from, Math.min(to, from + most));
      from += copied;
      return copied;
    },
    close: () => closeSync(file),
  };
}
