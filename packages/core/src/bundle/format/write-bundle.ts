import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { followFile } from '../capture/follow-file.ts';
import { memberOf } from '../capture/stage-tree.ts';
import { endOfArchive, sharedTarHeader, tarHeader } from '../tar/tar-header.ts';
import { padding } from '../tar/tar-member.ts';
import type { EntrySpool } from './entry-spool.ts';
import { type BundleEntry, type BundleHead, manifestFrame } from './manifest.ts';
import { type Compression, compress, throughProgram } from './stream-parts.ts';

export interface WriteBundleInput {
  readonly manifest: BundleHead;
  readonly entries: EntrySpool;
  /** The contents of the files, one behind the other. */
  readonly payload: string;
  /** A file that does not exist yet. */
  readonly out: string;
  readonly compression: Compression;
  /** age recipients; empty: not encrypted. */
  readonly recipients: readonly string[];
  readonly onBytes?: (done: number) => void;
  /** Gets the bytes as they are in the file, while more are written behind them; what it throws ends the writing. */
  readonly readBack?: (written: AsyncIterable<Uint8Array>) => Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

/** Writes the manifest and the staged members as one archive, and syncs it. Resolves to size and SHA-256 of the file. */
export async function writeBundle(input: WriteBundleInput): Promise<{ readonly size: number; readonly sha256: string }> {
  const packed = compress(archiveOf(input), input.compression);
  const sealed =
    input.recipients.length === 0
      ? packed
      : throughProgram(packed, 'age', ['--encrypt', ...input.recipients.flatMap((recipient) => ['--recipient', recipient])]);
  const hash = createHash('sha256');
  const file = openSync(input.out, 'wx', 0o600);
  const follower = followFile(input.out);
  let unlike: { readonly error: unknown } | undefined;
  const compared = input.readBack?.(follower.bytes()).catch((error: unknown) => {
    unlike = { error };
  });
  let size = 0;
  try {
    for await (const chunk of sealed) {
      input.signal?.throwIfAborted();
      if (unlike !== undefined) break;
      hash.update(chunk);
      for (let written = 0; written < chunk.length; ) written += writeSync(file, chunk, written);
      size += chunk.length;
      follower.grown(size);
    }
    fsyncSync(file);
    follower.end();
  } catch (error) {
    follower.end(error);
    throw error;
  } finally {
    await compared;
    closeSync(file);
  }
  if (unlike !== undefined) throw unlike.error;
  return { size, sha256: hash.digest('hex') };
}

/** The bytes of an archive: manifest, members, end. Each piece stays as it is. */
export async function* archiveOf({
  manifest,
  entries,
  payload,
  onBytes,
}: Pick<WriteBundleInput, 'manifest' | 'entries' | 'payload' | 'onBytes'>): AsyncGenerator<Uint8Array> {
  const text = manifestText({ manifest, entries });
  yield manifestHeader(text.size, manifest.createdAt);
  // Copies: whoever reads this may still hold one when it asks for the next.
  for (const part of text.parts()) yield Buffer.from(part);
  yield Buffer.alloc(padding(text.size));
  yield* membersOf(entries, payload, onBytes);
  yield endOfArchive;
}

const pieceSize = 512 * 1024;

/** The headers of all entries, each with the content behind it. */
function* membersOf(entries: Iterable<BundleEntry>, payload: string, onBytes?: (done: number) => void): Generator<Uint8Array> {
  const source = openSync(payload, 'r');
  let piece = Buffer.allocUnsafeSlow(pieceSize);
  let filled = 0;
  let done = 0;
  function* whole(): Generator<Uint8Array> {
    yield piece.subarray(0, filled);
    // Another: who got this may hold it still.
    piece = Buffer.allocUnsafeSlow(pieceSize);
    filled = 0;
    onBytes?.(done);
  }
  try {
    for (const entry of entries) {
      let header = sharedTarHeader(memberOf(entry));
      // While a piece is with its reader, others make headers.
      if (filled + header.length > pieceSize) header = Buffer.from(header);
      for (let at = 0; at < header.length; ) {
        if (filled === pieceSize) yield* whole();
        const copied = header.copy(piece, filled, at);
        filled += copied;
        at += copied;
      }
      if (entry.type !== 'file') continue;
      for (const end = done + entry.size; done < end; ) {
        if (filled === pieceSize) yield* whole();
        const got = readSync(source, piece, filled, Math.min(end - done, pieceSize - filled), done);
        if (got === 0) throw new Error('the staged files became shorter');
        filled += got;
        done += got;
      }
      const zeros = padding(entry.size);
      if (filled + zeros > pieceSize) yield* whole();
      piece.fill(0, filled, filled + zeros);
      filled += zeros;
    }
    if (filled > 0) yield* whole();
  } finally {
    closeSync(source);
  }
}

/** The text of `manifest.json`, in pieces that hold until the next. */
export function manifestText({
  manifest,
  entries,
}: {
  readonly manifest: BundleHead;
  readonly entries: Pick<EntrySpool, 'size' | 'text'>;
}): {
  readonly size: number;
  parts(): Generator<Uint8Array>;
} {
  const { opening, closing } = manifestFrame(manifest);
  const [before, behind] = [Buffer.from(opening), Buffer.from(closing)];
  return {
    size: before.length + entries.size + behind.length,
    *parts() {
      yield before;
      yield* entries.text();
      yield behind;
    },
  };
}

/** The header of the first member, the manifest. */
export function manifestHeader(size: number, createdAt: string): Buffer {
  return tarHeader({
    name: 'manifest.json',
    type: 'file',
    mode: 0o644,
    uid: 0,
    gid: 0,
    user: '',
    group: '',
    mtimeNs: BigInt(Date.parse(createdAt)) * 1_000_000n,
    size,
    link: '',
  });
}
