import type { Host } from '../../host/host.ts';
import type { BundleStore } from './bundle-store.ts';

/** What a store is opened for. */
export interface OpenBundleStoreInput {
  readonly host: Host;
  readonly namespace: string;
  /** `options` of the declaration, such as `{bucket: 'backups'}`; the opener checks them. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** Makes a bundle store of the kind that a plugin contributes. It connects to nothing yet: that is for the methods of the store. */
export type BundleStoreOpener = (input: OpenBundleStoreInput) => BundleStore;

/** The kinds that plugins contribute, by name. */
export type BundleStoreOpeners = Readonly<Record<string, BundleStoreOpener>>;
