import { endOfArchive, sharedTarHeader } from '../tar/tar-header.ts';
import { padding } from '../tar/tar-member.ts';
import type { EntrySpool } from './entry-spool.ts';
import { type FilesInPlace, openInPlace } from './file-in-place.ts';
import type { BundleEntry, BundleHead } from './manifest.ts';
import { manifestHeader, manifestText } from './manifest-text.ts';
import { memberOf } from './member-of.ts';
import { openStagedContent } from './staged-content.ts';

/** What an archive is made of. */
export interface ArchiveInput {
  readonly manifest: BundleHead;
  readonly entries: EntrySpool;
  /** A file with the contents of the files, one behind the other, but for those that were left in place. */
  readonly payload: string;
  readonly inPlace?: FilesInPlace;
  /** Told the bytes of content that have passed. */
  readonly onBytes?: (done: number) => void;
  /** A piece holds until the one behind the next is asked for. @default each stays as it is */
  readonly reusePieces?: boolean;
}

/**
 * The bytes of an archive: manifest, members, end.
 *
 * @throws MovedOnError when a file that was left in place is not what it was
 */
export async function* archiveOf(input: ArchiveInput): AsyncGenerator<Uint8Array> {
  const { manifest, entries } = input;
  const text = manifestText({ manifest, entries });
  yield manifestHeader(text.size, manifest.createdAt);
  // Copies: whoever reads this may still hold one when it asks for the next.
  for (const part of text.parts()) yield Buffer.from(part);
  yield Buffer.alloc(padding(text.size));
  yield* membersOf(entries, input);
  yield endOfArchive;
}

const pieceSize = 512 * 1024;

/** The headers of all entries, each with the content behind it. */
function* membersOf(
  entries: Iterable<BundleEntry>,
  { payload, inPlace, onBytes, reusePieces = false }: Omit<ArchiveInput, 'entries'>,
): Generator<Uint8Array> {
  const staged = openStagedContent(payload);
  let left: ReturnType<typeof openInPlace> | undefined;
  let piece = Buffer.allocUnsafeSlow(pieceSize);
  let other = reusePieces ? Buffer.allocUnsafeSlow(pieceSize) : undefined;
  let filled = 0;
  let done = 0;
  function* whole(): Generator<Uint8Array> {
    yield piece.subarray(0, filled);
    // Another: who got this may hold it still.
    if (other === undefined) piece = Buffer.allocUnsafeSlow(pieceSize);
    else [piece, other] = [other, piece];
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
      const place = inPlace?.get(entry.name);
      if (place !== undefined) left = openInPlace(place);
      const content = left ?? staged;
      for (const end = done + entry.size; done < end; ) {
        if (filled === pieceSize) yield* whole();
        const got = content.read(piece, filled, Math.min(end - done, pieceSize - filled));
        filled += got;
        done += got;
      }
      left?.end();
      left?.close();
      left = undefined;
      const zeros = padding(entry.size);
      if (filled + zeros > pieceSize) yield* whole();
      piece.fill(0, filled, filled + zeros);
      filled += zeros;
    }
    if (filled > 0) yield* whole();
  } finally {
    left?.close();
    staged.close();
  }
}
