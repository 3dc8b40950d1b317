import { resolve } from 'node:path';
import { RotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import type { BundleStore, Sidecar } from './bundle-store.ts';
import { parseSidecar } from './folder-store.ts';

/** A bundle's file, and its sidecar where there is one. */
export interface FoundBundle {
  readonly path: string;
  readonly sidecar: Sidecar | undefined;
}

/**
 * Finds a bundle by the beginning of its id, by `latest` (the newest that is complete), or by the path of its file.
 *
 * @throws ROTA_BUNDLE_UNKNOWN
 */
export function findBundle(
  host: Pick<Host, 'files'>,
  store: BundleStore,
  which: string,
  of?: { readonly tenant: string; readonly name: string },
): FoundBundle {
  const mine = store.list().filter((one) => of === undefined || (one.tenant === of.tenant && one.name === of.name));
  if (which === 'latest') {
    const newest = mine.filter(({ outcome }) => outcome === 'ok').at(-1);
    if (newest !== undefined) return { path: store.pathOf(newest), sidecar: newest };
    throw unknown('There is no complete bundle yet', store);
  }
  const matches = /^[0-9a-f]{4,16}$/.test(which) ? mine.filter(({ id }) => id.startsWith(which)) : [];
  const [found, another] = matches;
  if (found !== undefined && another === undefined) return { path: store.pathOf(found), sidecar: found };
  if (another !== undefined) throw unknown(`More than one bundle begins with ${which}`, store);
  const path = resolve(which);
  if (/[/.\\]/.test(which) && host.files.facts(path)?.kind === 'file')
    return { path, sidecar: parseSidecar(host.files.readText(`${path}.bundle.json`)) };
  throw unknown(`There is no bundle ${which}`, store);
}

function unknown(what: string, store: BundleStore): RotaError {
  return new RotaError('ROTA_BUNDLE_UNKNOWN', `${what} in ${store.place}.`, {
    suggestions: ['`rota bundle list` shows what there is; a path to a file is taken, too.'],
  });
}
