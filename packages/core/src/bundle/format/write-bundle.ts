import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { type ArchiveInput, archiveOf } from './archive-of.ts';
import { followFile } from './follow-file.ts';
import { steadySync } from './steady-sync.ts';
import { type Compression, compress, throughProgram } from './stream-parts.ts';

export interface WriteBundleInput extends Omit<ArchiveInput, 'reusePieces'> {
  /** A file that does not exist yet. */
  readonly out: string;
  readonly compression: Compression;
  /** age recipients; empty: not encrypted. */
  readonly recipients: readonly string[];
  /** Gets the bytes as they are in the file, while more are written behind them; what it throws ends the writing. */
  readonly readBack?: (written: AsyncIterable<Uint8Array>) => Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes the manifest and the members as one archive, and syncs it. Resolves to size and SHA-256 of the file.
 *
 * @throws MovedOnError when a file that was left in place is not what it was
 */
export async function writeBundle(input: WriteBundleInput): Promise<{ readonly size: number; readonly sha256: string }> {
  const packed = compress(archiveOf({ ...input, reusePieces: true }), input.compression);
  const sealed =
    input.recipients.length === 0
      ? packed
      : throughProgram(packed, 'age', ['--encrypt', ...input.recipients.flatMap((recipient) => ['--recipient', recipient])]);
  const hash = createHash('sha256');
  const file = openSync(input.out, 'wx', 0o600);
  const disk = steadySync(file);
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
      disk.grown(size);
    }
    follower.end();
    await disk.end();
  } catch (error) {
    follower.end(error);
    throw error;
  } finally {
    await compared;
    await disk.settled();
    closeSync(file);
  }
  if (unlike !== undefined) throw unlike.error;
  return { size, sha256: hash.digest('hex') };
}
