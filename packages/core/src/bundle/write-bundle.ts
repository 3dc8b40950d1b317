import { createHash } from 'node:crypto';
import { closeSync, createReadStream, fsyncSync, openSync, writeSync } from 'node:fs';
import { type BundleManifest, printManifestJson } from './manifest.ts';
import { type Compression, compress, throughProgram } from './stream-parts.ts';
import { endOfArchive, tarHeader } from './tar/tar-header.ts';
import { padding } from './tar/tar-member.ts';

export interface WriteBundleInput {
  readonly manifest: BundleManifest;
  /** The staged members. */
  readonly payload: string;
  /** A file that does not exist yet. */
  readonly out: string;
  readonly compression: Compression;
  /** age recipients; empty: not encrypted. */
  readonly recipients: readonly string[];
  readonly onBytes?: (done: number) => void;
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
  let size = 0;
  try {
    for await (const chunk of sealed) {
      input.signal?.throwIfAborted();
      hash.update(chunk);
      for (let written = 0; written < chunk.length; ) written += writeSync(file, chunk, written);
      size += chunk.length;
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return { size, sha256: hash.digest('hex') };
}

/** The bytes of an archive: manifest, staged members, end. */
export async function* archiveOf({
  manifest,
  payload,
  onBytes,
}: Pick<WriteBundleInput, 'manifest' | 'payload' | 'onBytes'>): AsyncGenerator<Uint8Array> {
  yield* manifestMember(Buffer.from(printManifestJson(manifest)), manifest.createdAt);
  let done = 0;
  for await (const chunk of createReadStream(payload, { highWaterMark: 512 * 1024 })) {
    yield chunk;
    done += chunk.length;
    onBytes?.(done);
  }
  yield endOfArchive;
}

/** The first member: the manifest under its name. Equal texts give equal bytes. */
export function* manifestMember(text: Uint8Array, createdAt: string): Generator<Uint8Array> {
  yield tarHeader({
    name: 'manifest.json',
    type: 'file',
    mode: 0o644,
    uid: 0,
    gid: 0,
    user: '',
    group: '',
    mtimeNs: BigInt(Date.parse(createdAt)) * 1_000_000n,
    size: text.length,
    link: '',
  });
  yield text;
  yield Buffer.alloc(padding(text.length));
}
