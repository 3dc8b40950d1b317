import { damagedBundle, hostileBundle } from '../format/bundle-error.ts';
import { isZero, readBlock } from './parse-header.ts';
import { blockSize, padding } from './tar-member.ts';

/** What becomes of a member as it passes. */
export interface TarReader {
  /**
   * Called with the bytes of a header: one block, or an extended header and the block behind it. Answers with the size of the content;
   * {@link parseHeader} says it.
   */
  readonly onHeader: (header: Buffer) => number;
  /** A piece of the content of the member, in order. */
  readonly onContent: (part: Buffer) => void;
  /** The content is whole. */
  readonly onEnd: () => void;
}

/** No header that a capture writes is longer: names and links are at most 4 kB, attributes 64 kB each. */
const longestPaxBody = 1024 * 1024;

const noBytes = Buffer.alloc(0);

/**
 * Reads a tar archive member by member as its bytes come, with flat memory. The end of the archive must be there, and only zeros may
 * follow it. What a header may say is for {@link parseHeader}.
 *
 * @throws ROTA_BUNDLE_FORMAT, ROTA_BUNDLE_HOSTILE, and what the reader throws
 */
export function tarParser(reader: TarReader): { feed(chunk: Uint8Array): void; finish(): void } {
  let rest: Buffer = noBytes;
  let state: 'header' | 'content' | 'padding' | 'end' = 'header';
  let left = 0;
  let zeroBytes = 0;
  let inside = false;

  /** Length of the header that begins here; more than there is when it cannot be told yet. */
  function headerLength(data: Buffer, at: number): number {
    if (data.length - at < blockSize || data[at + 156] !== extended) return blockSize;
    const size = octalSize(data, at + 124) ?? readBlock(data.subarray(at, at + blockSize)).fields.size;
    if (size > longestPaxBody) throw hostileBundle(`an extended header of ${size} bytes`);
    return blockSize + size + padding(size) + blockSize;
  }

  function feed(chunk: Uint8Array): void {
    const fresh = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    const data = rest.length === 0 ? fresh : Buffer.concat([rest, fresh]);
    rest = noBytes;
    let at = 0;
    while (at < data.length) {
      if (state === 'header') {
        const length = headerLength(data, at);
        if (data.length - at < length) {
          rest = data.subarray(at);
          return;
        }
        const header = data.subarray(at, at + length);
        if (header[0] === 0 && isZero(header)) {
          state = 'end';
          continue;
        }
        at += length;
        left = reader.onHeader(header);
        inside = left > 0;
        zeroBytes = padding(left);
        state = left > 0 ? 'content' : 'header';
        if (left === 0) reader.onEnd();
      } else if (state === 'content') {
        const part = data.subarray(at, at + left);
        at += part.length;
        left -= part.length;
        reader.onContent(part);
        if (left > 0) continue;
        inside = false;
        reader.onEnd();
        left = zeroBytes;
        zeroBytes = 0;
        state = left > 0 ? 'padding' : 'header';
      } else if (state === 'padding') {
        const fill = data.subarray(at, at + left);
        at += fill.length;
        left -= fill.length;
        if (!isZero(fill)) throw damagedBundle('there is something between two members');
        if (left === 0) state = 'header';
      } else {
        const tail = data.subarray(at);
        if (!isZero(tail))
          throw damagedBundle(zeroBytes < endSize ? 'the mark of its end is incomplete' : 'something follows its end');
        zeroBytes += tail.length;
        return;
      }
    }
  }

  return {
    feed,
    finish() {
      if (inside) throw damagedBundle('it ends inside a member');
      if (state !== 'end') throw damagedBundle('it ends without the mark of its end');
      if (zeroBytes < endSize) throw damagedBundle('the mark of its end is incomplete');
    },
  };
}

/** The field as captures write it: eleven digits and a NUL. Whether the block is whole is seen when all of the header is there. */
function octalSize(data: Buffer, at: number): number | undefined {
  let size = 0;
  for (let place = at; place < at + 11; place += 1) {
    const digit = (data[place] ?? 0) - 0x30;
    if (digit < 0 || digit > 7) return undefined;
    size = size * 8 + digit;
  }
  return data[at + 11] === 0 ? size : undefined;
}

const extended = 'x'.charCodeAt(0);
const endSize = 2 * blockSize;
