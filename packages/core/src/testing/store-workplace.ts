import { equal, ok } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBundle } from '../bundle/format/read-bundle.ts';
import type { BundleStore, Sidecar } from '../bundle/store/bundle-store.ts';
import { isRotaError } from '../errors/rota-error.ts';
import { type SampleBundle, sampleBundle } from './sample-bundle.ts';

/** Bundles for one test, and a folder for what it fetches. */
export interface Workplace {
  readonly folder: string;
  sample(second?: number): Promise<SampleBundle>;
  remove(): void;
}

export function workplace(): Workplace {
  const folder = mkdtempSync(join(tmpdir(), 'rota-store-'));
  const samples: SampleBundle[] = [];
  return {
    folder,
    async sample(second) {
      const sample = await sampleBundle(second);
      samples.push(sample);
      return sample;
    },
    remove() {
      for (const sample of samples) sample.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A sidecar without what a store may change. */
export function formless({ file, size, sha256, compression, encrypted, ...rest }: Sidecar): object {
  return rest;
}

/** Fetches a bundle and holds it against its sidecar. */
export async function comesBack(store: BundleStore, bundle: Sidecar, { folder }: Workplace): Promise<void> {
  const to = mkdtempSync(join(folder, 'fetched-'));
  const path = await store.fetch(bundle, to);
  const bytes = readFileSync(path);
  equal(bytes.length, bundle.size, 'the size is not that of the sidecar');
  equal(createHash('sha256').update(bytes).digest('hex'), bundle.sha256, 'the checksum is not that of the sidecar');
  equal((await readBundle(path)).treeDigest, bundle.treeDigest);
}

export function isStoreError(error: unknown): true {
  ok(isRotaError(error) && error.code === 'ROTA_BUNDLE_STORE', `not ROTA_BUNDLE_STORE: ${String(error)}`);
  return true;
}
