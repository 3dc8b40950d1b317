import * as v from 'valibot';
import type { BundleHead } from '../format/manifest.ts';

/** The one source of the type of a sidecar and of its check. */
export const sidecarSchema = v.object({
  formatVersion: v.literal(1),
  id: v.string(),
  // Name of the bundle's file.
  file: v.string(),
  size: v.number(),
  sha256: v.string(),
  tenant: v.string(),
  name: v.string(),
  host: v.string(),
  createdAt: v.string(),
  outcome: v.picklist(['ok', 'partial']),
  consistency: v.picklist(['stopped', 'quiesced', 'live']),
  compression: v.picklist(['zstd', 'gzip', 'none']),
  encrypted: v.boolean(),
  entries: v.number(),
  bytes: v.number(),
  treeDigest: v.string(),
  // The highest level that it passed, and when last.
  verified: v.nullable(v.object({ level: v.number(), at: v.string() })),
  pinned: v.optional(v.boolean()),
  // When a later capture last found that nothing had been written since.
  unchangedAt: v.optional(v.string()),
});

/**
 * What stands beside a bundle, so that listing opens none. It names no paths of the state. `size` and `sha256` are those of the
 * bundle's file, `bytes` and `entries` of what is in it; `verified` is the highest level that it passed, and when last,
 * `unchangedAt` when a later capture last found that nothing had changed since. A `pinned` bundle is never pruned.
 *
 * @interface
 */
export type Sidecar = v.InferOutput<typeof sidecarSchema>;

/** A bundle on its way into a store. */
export interface BundleContent {
  /** A finished file, as its sidecar describes it. The store copies it or links to it, and neither moves nor changes it. */
  readonly file: string;
  /** What is in it: its manifest without the entries. */
  readonly manifest: BundleHead;
  /** The archive before it was compressed and encrypted, for a store that keeps trees instead of files. May be read once. */
  readonly archive: () => AsyncIterable<Uint8Array>;
}

/**
 * A place for bundles. What it did not make it neither lists, changes nor removes; where that is not sure, it leaves it alone. Every
 * method may be called while another process works in the same place.
 *
 * @throws ROTA_BUNDLE_STORE from every method, when the place cannot be reached, read or written
 */
export interface BundleStore {
  /** `folder`, `ssh`, `restic`, ... */
  readonly kind: string;
  /** Where it is, for messages. */
  readonly place: string;
  /** The places of a store that is several: what is removed is decided for each. @default it is one */
  readonly stores?: readonly BundleStore[];
  /**
   * Keeps a bundle, durably; it is listed when it is there as a whole, and not before. Resolves to the sidecar that {@link list} gives from
   * now on: a store that keeps another form of it changes `file`, `size`, `sha256`, `compression` and `encrypted`, and nothing else. One that
   * breaks off (its file is shorter than the sidecar says, its archive ends with an error) is refused and not kept; one that is put twice at once is
   * there once.
   */
  put(content: BundleContent, sidecar: Sidecar): Promise<Sidecar>;
  /** Oldest first, each once. Empty where nothing was ever kept. What another process removes meanwhile is passed over. */
  list(): Promise<readonly Sidecar[]>;
  /**
   * Path of a file with the bundle on this machine: the store's own, which nobody changes, or a new one in the given folder, which the
   * caller removes.
   */
  fetch(bundle: Sidecar, folder: string): Promise<string>;
  /** Where a bundle is, for people. */
  placeOf(bundle: Sidecar): string;
  /** Replaces the sidecar of a bundle; one that is gone stays gone. */
  update(bundle: Sidecar): Promise<void>;
  /** Removes bundles with their sidecars; nothing happens for one that is gone. */
  remove(bundles: readonly Sidecar[]): Promise<void>;
}

/** The order in which stores list. */
export function oldestFirst(bundles: readonly Sidecar[]): readonly Sidecar[] {
  return [...bundles].sort((a, b) => (a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : a.id < b.id ? -1 : 1));
}
