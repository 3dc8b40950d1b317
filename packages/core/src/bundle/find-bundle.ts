import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { RotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import { makeScratch } from './scratch-folder.ts';
import type { BundleStore, Sidecar } from './store/bundle-store.ts';
import { parseSidecar, sidecarSuffix } from './store/sidecar-text.ts';

/** A bundle's file, and its sidecar where there is one. */
export interface FoundBundle {
  readonly path: string;
  readonly sidecar: Sidecar | undefined;
}

/** A bundle's file on this machine; it may have been fetched for this use. */
export interface FetchedBundle extends FoundBundle {
  /** Removes what was fetched; the store's own file stays. */
  close(): void;
}

/** Which bundle to find, and where. */
export interface FindBundleInput {
  readonly host: Host;
  readonly namespace: string;
  readonly store: BundleStore;
  /** The beginning of an id, `latest` (the newest that is complete), or the path of a file. */
  readonly which: string;
  /** Only bundles of this job. @default all */
  readonly of?: { readonly tenant: string; readonly name: string } | undefined;
}

/**
 * Finds a bundle, and fetches it when its store is elsewhere.
 *
 * @throws ROTA_BUNDLE_UNKNOWN, ROTA_BUNDLE_STORE
 */
export async function findBundle(input: FindBundleInput): Promise<FetchedBundle> {
  const { host, store, which, of } = input;
  const path = resolve(which);
  if (/[/.\\]/.test(which) && host.files.facts(path)?.kind === 'file')
    return { path, sidecar: parseSidecar(host.files.readText(`${path}${sidecarSuffix}`)), close: () => undefined };
  const all = await store.list();
  const mine = all.filter((one) => of === undefined || (one.tenant === of.tenant && one.name === of.name));
  if (which === 'latest') {
    const newest = newestOf(
      mine.filter(({ outcome }) => outcome === 'ok'),
      host.now(),
      store,
    );
    if (newest !== undefined) return await fetched(input, newest);
    throw unknown('There is no complete bundle yet', store);
  }
  const [found, another] = /^[0-9a-f]{4,16}$/.test(which) ? mine.filter(({ id }) => id.startsWith(which)) : [];
  if (another !== undefined) throw unknown(`More than one bundle begins with ${which}`, store);
  if (found !== undefined) return await fetched(input, found);
  throw unknown(`There is no bundle ${which}`, store);
}

/**
 * A clock that was wrong dates a bundle ahead, or makes good ones seem so: which of them is the newest nobody can tell then, unless all are dated
 * ahead, as on a machine whose clock is not set yet.
 */
function newestOf(good: readonly Sidecar[], nowMs: number, store: BundleStore): Sidecar | undefined {
  const newest = good.at(-1);
  const isAhead = ({ createdAt }: Sidecar): boolean => Date.parse(createdAt) > nowMs + 60_000;
  if (newest === undefined || !isAhead(newest) || good.every(isAhead)) return newest;
  throw new RotaError(
    'ROTA_BUNDLE_UNKNOWN',
    `Which bundle in ${store.place} is the newest cannot be told: ${newest.id} is dated ${newest.createdAt}, which is yet to come.`,
    {
      suggestions: [
        'Name the one that is meant by its id: `rota bundle list`',
        'Set the clock if it is slow; else remove the bundle that is dated wrong.',
      ],
    },
  );
}

async function fetched({ host, namespace, store }: FindBundleInput, sidecar: Sidecar): Promise<FetchedBundle> {
  const folder = makeScratch(host, namespace);
  const close = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    return { path: await store.fetch(sidecar, folder), sidecar, close };
  } catch (error) {
    close();
    throw error;
  }
}

function unknown(what: string, store: BundleStore): RotaError {
  return new RotaError('ROTA_BUNDLE_UNKNOWN', `${what} in ${store.place}.`, {
    suggestions: ['`rota bundle list` shows what there is; a path to a file is taken, too.'],
  });
}
