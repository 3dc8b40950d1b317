import { deepEqual, ok, rejects } from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import type { BundleStore, Sidecar } from '../bundle/store/bundle-store.ts';
import type { SampleBundle } from './sample-bundle.ts';
import { comesBack, formless, type InPlace, isStoreError, type Workplace } from './store-workplace.ts';

/** What several processes do in one place at the same time. */
export function storeRaceTests(inPlace: InPlace): void {
  inPlace('keeps one bundle, whole, where it is put twice at once', async (place, work) => {
    const { content, sidecar } = await work.sample();
    const copy = `${content.file}.copy`;
    copyFileSync(content.file, copy);
    const puts = [content, { ...content, file: copy }].map(async (one) => await (await place.open()).put(one, sidecar));
    const ended = await Promise.allSettled(puts);
    ok(
      ended.some(({ status }) => status === 'fulfilled'),
      'neither of the two was kept',
    );
    for (const end of ended) if (end.status === 'rejected') isStoreError(end.reason);
    const store = await place.open();
    const [kept, ...more] = await store.list();
    ok(kept !== undefined && more.length === 0, `${more.length + 1} bundles are listed for the one`);
    deepEqual(formless(kept), formless(sidecar));
    await comesBack(store, kept, work);
    await store.remove([kept]);
    deepEqual(await store.list(), []);
    await rejects(async () => await store.fetch(kept, work.folder), isStoreError);
  });

  inPlace('loses, mixes and shows half of nothing while others put, read, record and remove', async (place, work) => {
    const samples: SampleBundle[] = [];
    for (const second of [0, 1, 2, 3]) samples.push(await work.sample(second));
    const [going, staying, ...coming] = samples;
    ok(going !== undefined && staying !== undefined);
    const first = await place.open();
    const gone = await first.put(going.content, going.sidecar);
    const stays = await first.put(staying.content, staying.sidecar);
    const proven: Sidecar = { ...stays, verified: { level: 2, at: '2026-11-21T01:00:00Z' } };
    const known = new Map(samples.map(({ sidecar }) => [sidecar.id, sidecar]));

    let ended = false;
    const watched = Promise.allSettled([watch(await place.open(), known, work, () => ended)]);
    const works: readonly ((store: BundleStore) => Promise<unknown>)[] = [
      ...coming.map(
        ({ content, sidecar }) =>
          async (store: BundleStore) =>
            await store.put(content, sidecar),
      ),
      async (store) => await store.remove([gone]),
      async (store) => await store.update(proven),
      async (store) => await comesBack(store, stays, work),
    ];
    const done = await Promise.allSettled(works.map(async (one) => await one(await place.open())));
    ended = true;
    for (const one of [...done, ...(await watched)]) if (one.status === 'rejected') throw one.reason;

    const store = await place.open();
    const left = await store.list();
    deepEqual(left.map(formless), [proven, ...coming.map(({ sidecar }) => sidecar)].map(formless));
    for (const bundle of left) await comesBack(store, bundle, work);
  });
}

/** Lists again and again: nothing that is not known, nothing twice, and what was listed last is there as a whole. */
async function watch(
  store: BundleStore,
  known: ReadonlyMap<string, Sidecar>,
  work: Workplace,
  isOver: () => boolean,
): Promise<void> {
  const [going] = known.keys();
  const seen = new Set<string>();
  do {
    const listed = await store.list();
    deepEqual(
      listed.map(({ id }) => id),
      [...new Set(listed.map(({ id }) => id))],
    );
    for (const bundle of listed) {
      deepEqual(unproven(bundle), unproven(known.get(bundle.id)));
      // At once when it is first seen; the one that is removed may be gone by now.
      if (seen.has(bundle.id) || bundle.id === going) continue;
      seen.add(bundle.id);
      await comesBack(store, bundle, work);
    }
  } while (!isOver());
}

function unproven(sidecar: Sidecar | undefined): object {
  ok(sidecar !== undefined, 'a bundle is listed that nobody put');
  return { ...formless(sidecar), verified: null };
}
