import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Host } from '../../host/host.ts';
import type { BundleHead } from '../format/manifest.ts';
import { extractBundle } from '../restore/extract-bundle.ts';

/**
 * Lays an archive out as a tree: `manifest.json`, `data/ROOT/...`, `db/NAME.dump`, `artifact/closure`, with owners, modes, times and links. The tree is compared
 * with the manifest. Resolves to size and SHA-256 of the archive.
 */
export async function unpackTree(
  host: Pick<Host, 'run' | 'files'>,
  { manifest, bytes }: { readonly manifest: BundleHead; readonly bytes: AsyncIterable<Uint8Array> },
  tree: string,
): Promise<{ readonly size: number; readonly sha256: string }> {
  mkdirSync(tree, { mode: 0o700 });
  const areas = ['data', 'db', ...(manifest.artifact?.member === undefined ? [] : ['artifact'])];
  for (const area of areas) mkdirSync(join(tree, area), { mode: 0o700 });
  const hash = createHash('sha256');
  let size = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      hash.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  }
  const roots = manifest.roots.filter(({ kind }) => kind !== 'missing').map(({ name }) => name);
  await extractBundle({
    host,
    path: counted(),
    places: new Map(roots.map((name) => [name, join(tree, 'data', name)])),
    dumps: join(tree, 'db'),
    artifacts: join(tree, 'artifact'),
    workFolder: dirname(tree),
    // Nothing is read through them here.
    keepLinks: new Set(roots),
    onManifest: ({ text }) => writeParts(join(tree, 'manifest.json'), text()),
  });
  return { size, sha256: hash.digest('hex') };
}

function writeParts(path: string, parts: Iterable<Uint8Array>): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    for (const part of parts) writeFileSync(file, part);
  } finally {
    closeSync(file);
  }
}
