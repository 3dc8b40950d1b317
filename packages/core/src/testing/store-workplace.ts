import { equal, ok } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBundle } from '../bundle/format/read-bundle.ts';
import type { BundleStore, Sidecar } from '../bundle/store/bundle-store.ts';
import { isRotaError } from '../errors/rota-error.ts';
import { type SampleBundle, sampleBundle } from './sample-bundle.ts';

/** A place that was never used before, and what is known of it. */
export interface StorePlace {
  /** Opens it; called several times for one place, as by several processes. */
  open(): BundleStore | Promise<BundleStore>;
  /**
   * Puts something of somebody else's there, if the place can have any, and returns what tells whether it was touched: equal texts when it was
   * not.
   */
  foreign?(): Promise<() => Promise<string>> | (() => Promise<string>);
  /** Clears away what the place took. */
  remove?(): void | Promise<void>;
}

/** Bundles for one test, and a folder for what it fetches. */
export interface Workplace {
  readonly folder: string;
  sample(second?: number): Promise<SampleBundle>;
  remove(): void;
}

/** Declares a test in a place of its own. */
export type InPlace = (name: string, body: (place: StorePlace, work: Workplace) => Promise<void>) => void;

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
