import { createHash } from 'node:crypto';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { digestLine } from '../format/tree-digest.ts';
import type { ScannedEntry } from './scan-state.ts';

/** A digest of a whole state, and what it took. */
export interface StateDigest {
  readonly treeDigest: string;
  readonly entries: number;
  readonly bytes: number;
  /** Content that was read for it; of the rest the checksum was known and nothing had been written since. */
  readonly hashedBytes: number;
  readonly hashMs: number;
}

/** Knows the checksums of files that it has read, as long as their facts stay. */
export interface StateHasher {
  digest(entries: AsyncIterable<ScannedEntry>): Promise<StateDigest>;
}

const pieceSize = 4 * 1024 * 1024;

/** The same over two machines for the same state: names, types, modes, times to the microsecond, links and content; no owners. */
export function stateHasher(now: () => number, signal?: AbortSignal): StateHasher {
  const known = new Map<string, { readonly facts: string; readonly sha256: string }>();
  const piece = Buffer.allocUnsafe(pieceSize);
  async function sha256Of(place: string | Buffer): Promise<{ readonly sha256: string; readonly bytes: number }> {
    const hash = createHash('sha256');
    const file = openSync(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    let bytes = 0;
    try {
      for (let got = readSync(file, piece); got > 0; got = readSync(file, piece)) {
        hash.update(piece.subarray(0, got));
        bytes += got;
        // Heartbeats and interruptions get their turn.
        if (got === pieceSize) await new Promise(setImmediate);
        signal?.throwIfAborted();
      }
    } finally {
      closeSync(file);
    }
    return { sha256: hash.digest('hex'), bytes };
  }
  return {
    async digest(entries) {
      const all = createHash('sha256');
      const started = now();
      let count = 0;
      let bytes = 0;
      let hashedBytes = 0;
      for await (const entry of entries) {
        const { name, type, mode, size, mtimeNs, link, facts, racy, place } = entry;
        let sha256: string | undefined;
        if (type === 'file') {
          const before = known.get(name);
          if (before?.facts === facts) sha256 = before.sha256;
          else {
            const read = await sha256Of(place);
            sha256 = read.sha256;
            hashedBytes += read.bytes;
            if (racy) known.delete(name);
            else known.set(name, { facts, sha256 });
          }
        }
        count += 1;
        bytes += size;
        const described = { name, type, mode, mtimeNs: String(mtimeNs), size, uid: 0, gid: 0, user: '', group: '' };
        const whole = { ...described, ...(link === undefined ? {} : { link }), ...(sha256 === undefined ? {} : { sha256 }) };
        all.update(digestLine(whole));
      }
      return { treeDigest: all.digest('hex'), entries: count, bytes, hashedBytes, hashMs: now() - started };
    },
  };
}
