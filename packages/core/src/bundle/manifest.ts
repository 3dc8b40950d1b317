import * as v from 'valibot';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const text = v.string();
const sha256Hex = v.pipe(text, v.regex(/^[0-9a-f]{64}$/));

/** The one source of the type of an entry and of its check. */
export const entrySchema = v.strictObject({
  // Name of the member: `data/ROOT/PATH`, or `db/NAME.dump`.
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

/** Fields may be added within a version. */
export const manifestSchema = v.object({
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
  totals: v.object({ entries: count, bytes: count }),
  treeDigest: sha256Hex,
  entries: v.array(entrySchema),
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
 * `manifest.json`, the first member of every bundle: where and when (`YYYY-MM-DDTHH:MM:SSZ`) it was captured, how, what is in it
 * and what is not. `problems` is what could not be captured or changed while it was read, `identity` what is done with keys and
 * ids by member, `excluded` the number of paths that patterns left out. `treeDigest` is one SHA-256 over the entries in their
 * order, owners left out.
 *
 * @interface
 */
export type BundleManifest = v.InferOutput<typeof manifestSchema>;

/**
 * Something that could not be captured, or changed while it was read, by the name of its member, and why.
 *
 * @interface
 */
export type BundleProblem = v.InferOutput<typeof problemSchema>;

/** JSON with one line for each entry, so that two manifests can be compared with text tools. */
export function printManifestJson({ entries, ...head }: BundleManifest): string {
  const opening = JSON.stringify(head, null, 2).replace(/\n\}$/, '');
  return `${opening},\n  "entries": [\n${entries.map((entry) => JSON.stringify(entry)).join(',\n')}\n  ]\n}\n`;
}
