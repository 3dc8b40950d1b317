import { closeSync, openSync, readSync } from 'node:fs';

const pieceSize = 256 * 1024;

/** Reads a file behind its writer: no byte is given that is not read from the file. */
export interface FileFollower {
  /** So many bytes are in the file now. */
  grown(size: number): void;
  /** No more will come; with an error, which is thrown to the reader. */
  end(error?: unknown): void;
  /** All bytes. A piece holds until the one behind the next is asked for. Once. */
  bytes(): AsyncGenerator<Uint8Array>;
}

export function followFile(path: string): FileFollower {
  let size = 0;
  let ended: { readonly error: unknown } | undefined;
  let wake: (() => void) | undefined;
  const tell = (): void => {
    wake?.();
    wake = undefined;
  };
  return {
    grown(now) {
      size = now;
      tell();
    },
    end(error) {
      ended = { error };
      tell();
    },
    async *bytes() {
      const file = openSync(path, 'r');
      let [room, other] = [Buffer.allocUnsafeSlow(pieceSize), Buffer.allocUnsafeSlow(pieceSize)];
      try {
        for (let at = 0; ; ) {
          if (ended?.error !== undefined) throw ended.error;
          if (at < size) {
            const got = readSync(file, room, 0, Math.min(pieceSize, size - at), at);
            if (got === 0) throw new Error(`${path} became shorter while it was read`);
            at += got;
            yield room.subarray(0, got);
            [room, other] = [other, room];
          } else if (ended !== undefined) return;
          else
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
        }
      } finally {
        closeSync(file);
      }
    },
  };
}
