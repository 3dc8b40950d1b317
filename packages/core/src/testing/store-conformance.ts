import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BundleStore, Sidecar } from '../bundle/store/bundle-store.ts';
import { sampleBundle } from './sample-bundle.ts';
import { storeCutTests } from './store-cut-tests.ts';
import { storeRaceTests } from './store-race-tests.ts';
import { comesBack, formless, type InPlace, isStoreError, type StorePlace, workplace } from './store-workplace.ts';
import type { TestFunctions } from './test-functions.ts';

/** What the kit must know of a kind of store. */
export interface StoreConformanceOptions {
  readonly name: string;
  /** Called once for each test. */
  makePlace(): StorePlace | Promise<StorePlace>;
  /** A store of this kind whose place is not there or does not answer. */
  unreachable?(): BundleStore | Promise<BundleStore>;
}

/**
 * Registers the tests that every store of bundles passes: what is put is listed whole and comes back as it was, proofs are recorded, only what is
 * named is removed, and what is not ours stays; several at once do not lose, mix or show half of anything, and what breaks off is not kept. Real
 * bundles pass through a real store.
 *
 * @example
 * storeConformance({ describe, it }, { name: 'folder', makePlace: () => ({ open: () => folderStore(host, folder) }) });
 */
export function storeConformance(test: TestFunctions, options: StoreConformanceOptions): void {
  const inPlace: InPlace = (name, body) =>
    void test.it(name, async () => {
      const place = await options.makePlace();
      const work = workplace();
      try {
        await body(place, work);
      } finally {
        work.remove();
        await place.remove?.();
      }
    });
  test.describe(`bundle store ${options.name}`, () => {
    inPlace('lists nothing where nothing was kept', async (place) => {
      deepEqual(await (await place.open()).list(), []);
    });
    inPlace('gives back what it was given, and lists it when it is opened again', async (place, work) => {
      const { content, sidecar } = await work.sample();
      const before = readFileSync(content.file);
      const kept = await (await place.open()).put(content, sidecar);
      deepEqual(formless(kept), formless(sidecar));
      ok(before.equals(readFileSync(content.file)), 'put changed the file that it was given');
      const again = await place.open();
      deepEqual(await again.list(), [kept]);
      await comesBack(again, kept, work);
      ok(again.placeOf(kept).length > 0);
    });
    inPlace('lists the oldest first, whenever they were put', async (place, work) => {
      const store = await place.open();
      for (const second of [2, 0, 1]) {
        const { content, sidecar } = await work.sample(second);
        await store.put(content, sidecar);
      }
      const found = (await store.list()).map(({ createdAt }) => createdAt.slice(-3));
      deepEqual(found, ['00Z', '01Z', '02Z']);
    });
    inPlace('records a proof, and changes nothing else', async (place, work) => {
      const store = await place.open();
      const { content, sidecar } = await work.sample();
      const kept = await store.put(content, sidecar);
      const proven: Sidecar = { ...kept, verified: { level: 2, at: '2026-11-21T01:00:00Z' }, pinned: true };
      await store.update(proven);
      deepEqual(await (await place.open()).list(), [proven]);
      await comesBack(store, proven, work);
    });
    inPlace('removes what is named and only that; twice is no error', async (place, work) => {
      const store = await place.open();
      const kept: Sidecar[] = [];
      for (const second of [0, 1, 2]) {
        const { content, sidecar } = await work.sample(second);
        kept.push(await store.put(content, sidecar));
      }
      const [first, second, third] = kept;
      ok(first !== undefined && second !== undefined && third !== undefined);
      await store.remove([first, third]);
      deepEqual(await store.list(), [second]);
      await store.remove([first]);
      await store.update(third);
      deepEqual(await store.list(), [second]);
      await comesBack(store, second, work);
      await rejects(async () => await store.fetch(first, work.folder), isStoreError);
    });
    inPlace('leaves alone what is not its own', async (place, work) => {
      const look = await place.foreign?.();
      if (look === undefined) return;
      const before = await look();
      const store = await place.open();
      deepEqual(await store.list(), []);
      const { content, sidecar } = await work.sample();
      const kept = await store.put(content, sidecar);
      deepEqual(await store.list(), [kept]);
      await store.remove([kept, { ...kept, id: '0123456789abcdef', file: 'foreign' }]);
      equal(await look(), before);
    });
    storeRaceTests(inPlace);
    storeCutTests(inPlace);
    const { unreachable } = options;
    if (unreachable === undefined) return;
    test.it('says so by name when it cannot be reached', async () => {
      const store = await unreachable();
      const { content, sidecar, remove } = await sampleBundle();
      const folder = mkdtempSync(join(tmpdir(), 'rota-store-'));
      try {
        await rejects(async () => await store.put(content, sidecar), isStoreError);
        await rejects(async () => await store.fetch(sidecar, folder), isStoreError);
      } finally {
        remove();
        rmSync(folder, { recursive: true, force: true });
      }
    });
  });
}
