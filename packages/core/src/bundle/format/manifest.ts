import * as v from 'valibot';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const text = v.string();
const sha256Hex = v.pipe(text, v.regex(/^[0-9a-f]{64}$/));

/** The one source of the type of an entry and of its check. */
export const entrySchema = v.strictObject({
  // Name of the member: `data/ROOT/PATH`, `db/NAME.dump` or `artifact/closure`.
  name: text,
  type: v.picklist(['file', 'folder', 'symlink', 'hardlink', 'fifo']),
  mode: v.pipe(count, v.maxValue(0o7777)),
  uid: count,
  gid: count,
  user: text,
  group: text,
  // Nanoseconds since the epoch, as a decimal text.
  mtimeNs: v.pipe(text, v.regex(/^-?\d{1,20}$/)),
  size: count,
  // Of files.
  sha256: v.optional(sha256Hex),
  // Of a symbolic link its target, of a hard link the name of the member with the content.
  link: v.optional(text),
  // Extended attributes, values in base64.
  xattrs: v.optional(v.record(text, text)),
  // The file had holes: a restore makes them again where blocks are zero. The archive holds all its bytes.
  sparse: v.optional(v.literal(true)),
});

const problemSchema = v.object({ name: text, reason: text });

/** All of a manifest but its entries. Fields may be added within a version. */
export const headSchema = v.object({
  formatVersion: v.literal(1),
  id: v.pipe(text, v.regex(/^[0-9a-f]{16}$/)),
  tenant: text,
  name: text,
  host: v.object({ name: text, id: text }),
  createdAt: text,
  consistency: v.picklist(['stopped', 'quiesced', 'live']),
  outcome: v.picklist(['ok', 'partial']),
  // What could not be captured, or changed while it was read.
  problems: v.array(problemSchema),
  notes: v.array(text),
  roots: v.array(v.object({ name: text, path: text, kind: v.picklist(['folder', 'file', 'missing']) })),
  databases: v.array(v.object({ name: text, kind: v.picklist(['sqlite', 'command']), member: text, method: v.optional(text) })),
  // What is done with keys and ids, by member.
  identity: v.array(v.object({ name: text, policy: v.picklist(['preserve', 'reissue', 'exclude', 'prompt']) })),
  // Paths left out by patterns.
  excluded: count,
  guidance: v.record(text, text),
  // Of a target: what was deployed here when its state was captured, and the member that holds it, where one does.
  artifact: v.optional(v.object({ system: text, path: text, revision: v.nullable(text), member: v.optional(text) })),
  totals: v.object({ entries: count, bytes: count }),
  treeDigest: sha256Hex,
});

/**
 * A file, folder or link of a bundle, as `manifest.json` lists it, in the order of the archive. `name` is that of the member:
 * `data/ROOT/PATH`, or `db/NAME.dump`. `size` is in bytes, `mtimeNs` in nanoseconds since the epoch as a decimal text. Files have
 * a `sha256`; a symbolic link has its target as `link`, a hard link the name of the member with the content. `xattrs` are
 * extended attributes, values in base64. `sparse`: the file had holes, and a restore makes them again.
 *
 * @interface
 */
export type BundleEntry = v.InferOutput<typeof entrySchema>;

/**
 * A manifest without its entries, of which there may be millions.
 *
 * @interface
 */
export type BundleHead = v.InferOutput<typeof headSchema>;

/**
 * `manifest.json`, the first member of every bundle: where and when (`YYYY-MM-DDTHH:MM:SSZ`) it was captured, how, what is in it
 * and what is not. `problems` is what could not be captured or changed while it was read, `identity` what is done with keys and
 * ids by member, `excluded` the number of paths that patterns left out. `treeDigest` is one SHA-256 over the entries in their
 * order, owners left out.
 */
export interface BundleManifest extends BundleHead {
  readonly entries: readonly BundleEntry[];
}

/**
 * What a target ran as when its state was captured: a store path or the digest of an image, and the commit that it was built from.
 * `member` names the member of the bundle that holds it, where it was packed.
 */
export type BundleArtifact = NonNullable<BundleHead['artifact']>;

/**
 * Something that could not be captured, or changed while it was read, by the name of its member, and why.
 *
 * @interface
 */
export type BundleProblem = v.InferOutput<typeof problemSchema>;

/** What stands before the entries and behind them. Each has a line of its own, so that two manifests can be compared with text tools. */
export function manifestFrame(head: BundleHead): { readonly opening: string; readonly closing: string } {
  const fields = JSON.stringify(head, null, 2).slice(0, -2);
  return { opening: `${fields}${entriesMark}`, closing: manifestClosing };
}

/** No text of JSON holds a line feed: where this stands, the entries begin. */
export const entriesMark = ',\n  "entries": [\n';
export const manifestClosing = '\n  ]\n}\n';
