import * as v from 'valibot';

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
});

/**
 * What stands beside a bundle, so that listing opens none. It names no paths of the state. `size` and `sha256` are those of the
 * bundle's file, `bytes` and `entries` of what is in it; `verified` is the highest level that it passed, and when last. A
 * `pinned` bundle is never pruned.
 *
 * @interface
 */
export type Sidecar = v.InferOutput<typeof sidecarSchema>;

/** A place for bundles. What it did not make it neither lists nor removes. */
export interface BundleStore {
  readonly kind: string;
  /** For messages: where it is. */
  readonly place: string;
  /** A path for a new file of this name, on the store's own disk; {@link put} takes it over. */
  prepare(file: string): string;
  /** Makes a prepared file part of the store, durably and in one step. */
  put(prepared: string, sidecar: Sidecar): void;
  /** Oldest first. */
  list(): readonly Sidecar[];
  /** Path of a bundle's file. */
  pathOf(sidecar: Sidecar): string;
  /** Replaces the sidecar of a bundle. */
  update(sidecar: Sidecar): void;
  /** Removes a bundle with its sidecar; nothing happens when it is gone. */
  remove(sidecar: Sidecar): void;
}
