import { nearest } from '../../errors/nearest.ts';
import { RotaError } from '../../errors/rota-error.ts';
import type { Host } from '../../host/host.ts';
import { bundleLayout } from '../bundle-layout.ts';
import type { BundleSpec, StoreDeclaration } from '../spec/bundle-spec.ts';
import type { BundleStore } from './bundle-store.ts';
import type { BundleStoreOpeners } from './bundle-store-opener.ts';
import { folderStore } from './folder-store.ts';
import { resticStore } from './restic-store.ts';
import { severalStores } from './several-stores.ts';
import { sshStore } from './ssh-store.ts';

/** The stores that a declaration names, as one; else the folder in Rota's state. @throws ROTA_BUNDLE_STORE for a kind that no plugin contributes */
export function openStore(
  host: Host,
  namespace: string,
  spec?: Pick<BundleSpec, 'stores'>,
  openers: BundleStoreOpeners = {},
): BundleStore {
  const [first, ...others] = (spec?.stores ?? []).map((declared) => openDeclared(host, namespace, declared, openers));
  if (first === undefined) return folderStore(host, bundleLayout(host.stateDir, namespace).store);
  return others.length === 0 ? first : severalStores([first, ...others]);
}

function openDeclared(host: Host, namespace: string, declared: StoreDeclaration, openers: BundleStoreOpeners): BundleStore {
  switch (declared.kind) {
    case 'folder':
      return folderStore(host, declared.path);
    case 'ssh':
      return sshStore(declared, declared.path);
    case 'restic':
      return resticStore(host, declared.repository);
    case 'plugin': {
      const open = openers[declared.plugin];
      if (open !== undefined) return open({ host, namespace, options: declared.options });
      const near = nearest(declared.plugin, Object.keys(openers));
      throw new RotaError('ROTA_BUNDLE_STORE', `No plugin contributes the bundle store "${declared.plugin}".`, {
        suggestions: [near ?? 'Add the plugin to `plugins` of the config.'],
      });
    }
  }
}
