import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from '../../host/host.ts';
import { extractBundle } from '../extract-bundle.ts';
import type { BundleManifest } from '../manifest.ts';

/**
 * Lays an archive out as a tree: `manifest.json`, `data/ROOT/...`, `db/NAME.dump`, with owners, modes, times and links. The tree is compared
 * with the manifest. Resolves to size and SHA-256 of the archive.
 */
export async function unpackTree(
  host: Pick<Host, 'run' | 'files'>,
  { manifest, bytes }: { readonly manifest: BundleManifest; readonly bytes: AsyncIterable<Uint8Array> },
  tree: string,
): Promise<{ readonly size: number; readonly sha256: string }> {
  mkdirSync(tree, { mode: 0o700 });
  for (const area of ['data', 'db']) mkdirSync(join(tree, area), { mode: 0o700 });
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
    // Nothing is read through them here.
    keepLinks: new Set(roots),
    onManifest: (text) => writeFileSync(join(tree, 'manifest.json'), text, { mode: 0o600 }),
  });
  return { size, sha256: hash.digest('hex') };
}
