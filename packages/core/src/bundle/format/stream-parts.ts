import { spawn } from 'node:child_process';
import { createReadStream, existsSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Duplex } from 'node:stream';
import * as zlib from 'node:zlib';
import { RotaError } from '../../errors/rota-error.ts';
import { sendPieces } from './send-pieces.ts';

export type Compression = 'zstd' | 'gzip' | 'none';

/** zstd came to Node with 22.15 and 23.8; the types here are those of Node 20. */
interface ZstdFunctions {
  readonly createZstdCompress: (options: object) => Duplex;
  readonly createZstdDecompress: () => Duplex;
}

function zstdFunctions(): ZstdFunctions | undefined {
  const parts: Partial<ZstdFunctions> = zlib as object;
  return parts.createZstdCompress === undefined || parts.createZstdDecompress === undefined
    ? undefined
    : { createZstdCompress: parts.createZstdCompress, createZstdDecompress: parts.createZstdDecompress };
}

/** What compresses best here: zstd where this Node has it, or where its program is installed. */
export function bestCompression(): 'zstd' | 'gzip' {
  return zstdFunctions() !== undefined || hasProgram('zstd') ? 'zstd' : 'gzip';
}

function hasProgram(name: string): boolean {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  return folders.some((folder) => existsSync(join(folder, name)));
}

/** One zstd frame with a checksum at level 3, one gzip member at level 6, or the bytes as they are. @throws ROTA_BUNDLE_COMPRESSION */
export function compress(source: AsyncIterable<Uint8Array>, compression: Compression): AsyncIterable<Uint8Array> {
  if (compression === 'none') return source;
  if (compression === 'gzip') return through(source, zlib.createGzip({ level: 6, chunkSize: 256 * 1024 }));
  // The program first: it has a processor of its own. It writes one frame however many threads it has (zstd(1), -T).
  if (hasProgram('zstd')) return throughProgram(source, 'zstd', ['-3', '-T0', '--check', '--quiet', '--stdout']);
  const zstd = zstdFunctions();
  if (zstd === undefined)
    throw new RotaError('ROTA_BUNDLE_COMPRESSION', `This Node (${process.version}) cannot write zstd.`, {
      suggestions: ['Install zstd: apt-get install zstd', 'Or use Node 22.15 or newer, or `compression: gzip`.'],
    });
  // The numbers are ZSTD_c_compressionLevel and ZSTD_c_checksumFlag of zstd.h.
  return through(source, zstd.createZstdCompress({ params: { 100: 3, 201: 1 }, chunkSize: 256 * 1024 }));
}

/** The bytes of the archive in a file, whatever it is compressed with; `identity` names a file of age keys. */
export function readArchive(path: string, identity?: string): AsyncGenerator<Uint8Array> {
  return unpacked(createReadStream(path, { highWaterMark: 512 * 1024 }), identity);
}

/** The same from the bytes of the file. */
export async function* unpacked(bytes: AsyncIterable<Uint8Array>, identity?: string): AsyncGenerator<Uint8Array> {
  let source = bytes;
  let first = await peek(source);
  if (first.start.toString('latin1', 0, 21) === 'age-encryption.org/v1') {
    if (identity === undefined)
      throw new RotaError('ROTA_BUNDLE_COMPRESSION', 'The bundle is encrypted, and no key was given.', {
        suggestions: ['Name the file with the age key: --age-identity FILE.'],
      });
    source = throughProgram(first.all, 'age', ['--decrypt', '--identity', identity]);
    first = await peek(source);
  }
  const { start, all } = first;
  if (start[0] === 0x1f && start[1] === 0x8b) yield* readable(through(all, zlib.createGunzip({ chunkSize: 256 * 1024 })));
  else if (start.length >= 4 && start.readUInt32LE(0) === 0xfd2fb528) {
    const zstd = zstdFunctions();
    yield* readable(
      hasProgram('zstd') || zstd === undefined
        ? throughProgram(all, 'zstd', ['--decompress', '--stdout', '--quiet'])
        : through(all, zstd.createZstdDecompress()),
    );
  } else yield* all;
}

/** A decoder's own complaint becomes ours. */
async function* readable(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* source;
  } catch (cause) {
    // ABORT_ERR: the decoder was done before the source was, as with a second frame behind the first.
    if (cause instanceof Error && 'code' in cause && /^(ROTA_COMMAND_FAILED$|Z_|ZSTD_|ERR_|ABORT_ERR$)/.test(String(cause.code)))
      throw new RotaError('ROTA_BUNDLE_FORMAT', `The bundle is damaged: it cannot be decompressed (${cause.message}).`, {
        suggestions: ['Use another bundle; `rota bundle list` shows them.'],
        cause,
      });
    throw cause;
  }
}

async function peek(
  source: AsyncIterable<Uint8Array>,
): Promise<{ readonly start: Buffer; readonly all: AsyncIterable<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]();
  const { done, value } = await iterator.next();
  const start = done ? Buffer.alloc(0) : Buffer.from(value.buffer, value.byteOffset, value.length);
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      if (start.length > 0) yield start;
      for (;;) {
        const next = await iterator.next();
        if (next.done) return;
        yield next.value;
      }
    } finally {
      await iterator.return?.();
    }
  }
  return { start, all: all() };
}

/** Sends bytes through a transform; its errors and those of the source reach whoever reads. */
async function* through(source: AsyncIterable<Uint8Array>, transform: Duplex): AsyncGenerator<Uint8Array> {
  const sent = sendPieces(source, transform);
  sent.catch(() => undefined); // told below; here only so that it is not unhandled when the reader leaves early
  yield* transform;
  await sent;
}

/** Sends bytes through a program. @throws ROTA_COMMAND_MISSING, ROTA_COMMAND_FAILED */
export async function* throughProgram(
  source: AsyncIterable<Uint8Array>,
  file: string,
  args: readonly string[],
): AsyncGenerator<Uint8Array> {
  const child = spawn(file, [...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => {
    if (complaint.length < 2000) complaint += text.toString();
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  ended.catch(() => undefined);
  const sent = sendPieces(source, child.stdin);
  sent.catch(() => undefined);
  try {
    yield* child.stdout;
    const status = await ended;
    if (status !== 0) throw new RotaError('ROTA_COMMAND_FAILED', `${file} ended with ${status}: ${complaint.trim()}`, {});
    await sent;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')
      throw new RotaError('ROTA_COMMAND_MISSING', `The program ${file} was not found.`, { cause });
    throw cause;
  } finally {
    child.kill();
  }
}
