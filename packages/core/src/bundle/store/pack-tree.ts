import { closeSync, constants, fstatSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RotaError } from '../../errors/rota-error.ts';
import { bytesOfName } from '../format/file-name.ts';
import { manifestHeader } from '../format/manifest-text.ts';
import { memberOf } from '../format/member-of.ts';
import { manifestParser } from '../format/read-manifest.ts';
import { endOfArchive, sharedTarHeader } from '../tar/tar-header.ts';
import { padding } from '../tar/tar-member.ts';

const pieceSize = 1024 * 1024;

/**
 * Makes the archive again that a tree was laid out from, byte for byte: of the tree only the manifest's text and the content of files are
 * read. Whoever reads the archive compares every content with the manifest. Returns the path of the archive.
 *
 * @throws ROTA_BUNDLE_MISMATCH when a file is missing or has another size; ROTA_BUNDLE_FORMAT, ROTA_BUNDLE_HOSTILE
 */
export function packTree(tree: string, out: string): string {
  const piece = Buffer.allocUnsafe(pieceSize);
  const manifest = manifestParser(dirname(out));
  const archive = openSync(out, 'wx', 0o600);
  const write = (bytes: Uint8Array): void => {
    for (let written = 0; written < bytes.length; ) written += writeSync(archive, bytes, written);
  };
  try {
    const path = join(tree, 'manifest.json');
    const { size } = statSync(path);
    copyContent(Buffer.from(path), { name: 'manifest.json', size }, piece, manifest.feed);
    const { head, entries, text } = manifest.finish();
    write(manifestHeader(size, head.createdAt));
    for (const part of text()) write(part);
    write(Buffer.alloc(padding(size)));
    for (const entry of entries) {
      write(sharedTarHeader(memberOf(entry)));
      if (entry.type !== 'file') continue;
      copyContent(bytesOfName(join(tree, entry.name)), entry, piece, write);
      write(Buffer.alloc(padding(entry.size)));
    }
    write(endOfArchive);
  } finally {
    manifest.close();
    closeSync(archive);
  }
  return out;
}

function copyContent(
  path: Buffer,
  { name, size }: { readonly name: string; readonly size: number },
  piece: Buffer,
  write: (bytes: Uint8Array) => void,
): void {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    throw new RotaError('ROTA_BUNDLE_MISMATCH', `The tree that the store gave back lacks ${name}.`, { cause });
  }
  try {
    const found = fstatSync(file).size;
    if (found !== size)
      throw new RotaError('ROTA_BUNDLE_MISMATCH', `The store gave back ${found} of the ${size} bytes of ${name}.`);
    for (let left = size; left > 0; ) {
      const got = readSync(file, piece, 0, Math.min(pieceSize, left), null);
      if (got === 0) throw new RotaError('ROTA_BUNDLE_MISMATCH', `${name} ended early in the tree that the store gave back.`);
      write(piece.subarray(0, got));
      left -= got;
    }
  } finally {
    closeSync(file);
  }
}
