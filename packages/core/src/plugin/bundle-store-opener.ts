import type { BundleStore } from '../bundle/store/bundle-store.ts';
import type { Host } from '../host/host.ts';

/** What a store is opened for. */
export interface OpenBundleStoreInput {
  readonly host: Host;
  readonly namespace: string;
  /** The declaration as it stands, such as `{kind: 's3', bucket: 'backups'}`; the opener checks its own fields. */
  readonly declaration: { readonly kind: string; readonly [field: string]: unknown };
}

/** Opens a bundle store of the kind that a plugin contributes. */
export type BundleStoreOpener = (input: OpenBundleStoreInput) => BundleStore | Promise<BundleStore>;
