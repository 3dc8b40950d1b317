import { RotaError } from '../../errors/rota-error.ts';
import { type BundleStore, oldestFirst, type Sidecar } from './bundle-store.ts';

/**
 * Several places as one. A bundle is put into each; it is read from the first that has it and can be reached. What fails in one is done in
 * the others all the same, and then told.
 */
export function severalStores(stores: readonly [BundleStore, ...BundleStore[]]): BundleStore {
  const [first] = stores;
  /** Does it everywhere. @throws ROTA_BUNDLE_STORE with every failure in one message */
  async function everywhere(what: string, work: (store: BundleStore) => Promise<void>): Promise<void> {
    const failures: RotaError[] = [];
    for (const store of stores) {
      try {
        await work(store);
      } catch (cause) {
        failures.push(asStoreError(store, cause));
      }
    }
    const [failure] = failures;
    if (failure === undefined) return;
    const rest = stores.length - failures.length;
    throw new RotaError(
      'ROTA_BUNDLE_STORE',
      `${what} ${rest === 0 ? 'failed in every store' : `was done in ${rest} of ${stores.length} stores`}: ${failures.map(({ message }) => message).join(' ')}`,
      { cause: failure, suggestions: failures.flatMap(({ suggestions }) => suggestions) },
    );
  }
  /** What a store itself has of a bundle: each may keep it in a form of its own. */
  const ownOf = async (store: BundleStore, wanted: readonly Sidecar[]): Promise<readonly Sidecar[]> =>
    (await store.list()).filter(({ id }) => wanted.some((one) => one.id === id));
  return {
    kind: 'several',
    stores,
    place: stores.map(({ place }) => place).join(', '),
    placeOf: (bundle) => first.placeOf(bundle),
    async put(content, sidecar) {
      let kept: Sidecar | undefined;
      await everywhere(`Keeping the bundle ${sidecar.id}`, async (store) => {
        const own = await store.put(content, sidecar);
        kept ??= own;
      });
      return kept ?? sidecar;
    },
    async list() {
      const found = new Map<string, Sidecar>();
      let failure: unknown;
      let answered = 0;
      for (const store of stores) {
        try {
          for (const bundle of await store.list()) if (!found.has(bundle.id)) found.set(bundle.id, bundle);
          answered += 1;
        } catch (error) {
          failure ??= error;
        }
      }
      if (answered === 0) throw failure;
      return oldestFirst([...found.values()]);
    },
    async fetch(bundle, folder) {
      let failure: unknown;
      for (const store of stores) {
        try {
          const [own] = await ownOf(store, [bundle]);
          // In another form it has another checksum, which the caller's sidecar does not know.
          if (own !== undefined && own.sha256 === bundle.sha256) return await store.fetch(own, folder);
        } catch (error) {
          failure ??= error;
        }
      }
      throw failure ?? new RotaError('ROTA_BUNDLE_STORE', `The bundle ${bundle.id} is in none of the stores any more.`);
    },
    update: async (bundle) =>
      await everywhere('Recording the proof', async (store) => {
        // A proof of one form says nothing of another.
        for (const own of await ownOf(store, [bundle]))
          if (own.sha256 === bundle.sha256) await store.update(bundle);
          else if (own.pinned !== bundle.pinned) await store.update({ ...own, pinned: bundle.pinned });
      }),
    remove: async (bundles) =>
      await everywhere('Removing bundles', async (store) => {
        const own = await ownOf(store, bundles);
        if (own.length > 0) await store.remove(own);
      }),
  };
}

function asStoreError(store: BundleStore, cause: unknown): RotaError {
  if (cause instanceof RotaError) return cause;
  return new RotaError('ROTA_BUNDLE_STORE', `${store.place}: ${cause instanceof Error ? cause.message : String(cause)}`, {
    cause,
  });
}
