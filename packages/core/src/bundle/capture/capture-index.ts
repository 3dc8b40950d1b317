import { createHash } from 'node:crypto';
import { type BigIntStats, lstatSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Host } from '../../host/host.ts';
import { canonicalJson } from '../../state/digest.ts';
import { bundleLayout } from '../bundle-layout.ts';
import type { BundleArtifact } from '../format/manifest.ts';
import type { BundleSpec } from '../spec/bundle-spec.ts';

/** What the last whole capture of a job saw, and which bundle has it. */
const indexSchema = v.object({
  formatVersion: v.literal(1),
  bundle: v.string(),
  /** Of what is declared: with another declaration another bundle would come about. */
  declared: v.string(),
  /** Of every path with size, times and inode. */
  facts: v.string(),
  atMs: v.number(),
});
export type CaptureIndex = v.InferOutput<typeof indexSchema>;

type IndexHost = Pick<Host, 'files' | 'stateDir'>;
type Key = { readonly tenant: string; readonly name: string };

/** However unchanged it seems, everything is read anew after this long: a disk may forget without telling. */
export const longestTrustMs = 7 * 86_400_000;

/** File systems tell times in ticks; what was touched within this of its reading may be touched again without a trace. */
const racyNs = 2_000_000_000n;

/** Gathers the facts of a walk: equal digests mean that nothing was written, added or removed between two walks. */
export function factsOf(spec: BundleSpec, startedMs: number) {
  const hash = createHash('sha256');
  const recent = BigInt(startedMs) * 1_000_000n - racyNs;
  // A call of the hash costs more than to hash a line.
  let told = '';
  let racy = false;
  const add = (name: string, stats: BigIntStats): void => {
    const { size, mtimeNs, ctimeNs, ino, dev } = stats;
    // The time of a folder tells what came and went in it; what was left out may do so, too.
    if (mtimeNs > recent || ctimeNs > recent) racy = true;
    told += `${name}\0${size}:${mtimeNs}:${ctimeNs}:${ino}:${dev}\n`;
    if (told.length < 65_536) return;
    hash.update(told);
    told = '';
  };
  return {
    add,
    /** `undefined` when something was touched too shortly before to be trusted. */
    digest(): string | undefined {
      for (const path of sideFiles(spec)) {
        const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
        if (stats === undefined) told += `${path}\0\n`;
        else add(path, stats);
      }
      return racy ? undefined : hash.update(told).digest('hex');
    },
  };
}

/** A database is as it was when these are, too (sqlite.org/tempfiles.html). */
function sideFiles({ databases }: BundleSpec): readonly string[] {
  return databases.flatMap((database) =>
    database.kind === 'sqlite' ? [`${database.path}-wal`, `${database.path}-journal`] : [],
  );
}

/** True when the files alone tell what a capture would hold: no hook may change it and no command dumps it. */
export function tellsByFiles({ databases, hooks, quiesce }: BundleSpec): boolean {
  return databases.every(({ kind }) => kind === 'sqlite') && hooks.beforeCapture.length === 0 && quiesce.length === 0;
}

/** Of what a bundle is made from besides the state itself. */
export function declaredDigest(
  { roots, databases, identity, recipients, compression, stores }: BundleSpec,
  artifact: BundleArtifact | undefined,
): string {
  return createHash('sha256')
    .update(canonicalJson({ roots, databases, identity, recipients, compression, stores, artifact }))
    .digest('hex');
}

export function readIndex(host: IndexHost, namespace: string, key: Key): CaptureIndex | undefined {
  try {
    const parsed = v.safeParse(indexSchema, JSON.parse(host.files.readText(fileOf(host, namespace, key)) ?? ''));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

export function writeIndex(host: IndexHost, namespace: string, key: Key, index: CaptureIndex): void {
  host.files.write(fileOf(host, namespace, key), `${JSON.stringify(index)}\n`);
}

function fileOf({ stateDir }: Pick<Host, 'stateDir'>, namespace: string, { tenant, name }: Key): string {
  return join(bundleLayout(stateDir, namespace).root, 'index', `${tenant}.${name}.json`);
}
