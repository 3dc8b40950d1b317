import type { Host } from '../../host/host.ts';
import { bundleLayout } from '../bundle-layout.ts';
import type { BundleSpec, StoreDeclaration } from '../bundle-spec.ts';
import type { BundleStore } from './bundle-store.ts';
import { folderStore } from './folder-store.ts';
import { resticStore } from './restic-store.ts';
import { severalStores } from './several-stores.ts';
import { sshStore } from './ssh-store.ts';

/** The stores that a declaration names, as one; else the folder in Rota's state. */
export function openStore(host: Host, namespace: string, spec?: Pick<BundleSpec, 'stores'>): BundleStore {
  const [first, ...others] = (spec?.stores ?? []).map((declared) => openDeclared(host, declared));
  if (first === undefined) return folderStore(host, bundleLayout(host.stateDir, namespace).store);
  return others.length === 0 ? first : severalStores([first, ...others]);
}

function openDeclared(host: Host, declared: StoreDeclaration): BundleStore {
  switch (declared.kind) {
    case 'folder':
      return folderStore(host, declared.path);
    case 'ssh':
      return sshStore(declared, declared.path);
    case 'restic':
      return resticStore(host, declared.repository);
  }
}
