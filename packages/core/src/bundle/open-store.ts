import { RotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import { bundleLayout } from './bundle-layout.ts';
import type { BundleSpec } from './bundle-spec.ts';
import type { BundleStore } from './bundle-store.ts';
import { folderStore } from './folder-store.ts';

/** The store that a declaration names first, else the folder in Rota's state. @throws ROTA_NOT_BUILT for stores beyond a folder */
export function openStore(host: Host, namespace: string, spec?: Pick<BundleSpec, 'stores'>): BundleStore {
  const [declared, another] = spec?.stores ?? [];
  if (another !== undefined || (declared !== undefined && declared.kind !== 'folder')) {
    const what = another === undefined ? `The bundle store "${declared?.kind}"` : 'More than one bundle store';
    throw new RotaError('ROTA_NOT_BUILT', `${what} is not built yet; one folder is.`, {
      suggestions: ['Declare `stores: [{kind: folder, path: /mnt/backup}]`, or none for a folder in the state of Rota.'],
    });
  }
  return folderStore(host, declared === undefined ? bundleLayout(host.stateDir, namespace).store : declared.path);
}
