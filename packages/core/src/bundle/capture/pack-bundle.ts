import { join } from 'node:path';
import { instantText } from '../../run/record/instant-text.ts';
import { hostId } from '../../state/state-format.ts';
import { archiveOf } from '../format/archive-of.ts';
import type { EntrySpool } from '../format/entry-spool.ts';
import type { BundleHead } from '../format/manifest.ts';
import { manifestText } from '../format/manifest-text.ts';
import { readMembers } from '../format/read-bundle.ts';
import { bestCompression, readArchive, unpacked } from '../format/stream-parts.ts';
import { writeBundle } from '../format/write-bundle.ts';
import type { BundleStore, Sidecar } from '../store/bundle-store.ts';
import { declaredDigest, writeIndex } from './capture-index.ts';
import type { CaptureInput, CaptureResult } from './capture-input.ts';
import type { CapturePlan } from './plan-capture.ts';
import { recordedArtifact } from './recorded-artifact.ts';
import type { StagedState, StageStateInput } from './stage-state.ts';

/** What is decided before anything is read. */
export interface Prepared {
  readonly id: string;
  readonly createdAt: string;
  readonly work: string;
  readonly plan: CapturePlan;
  readonly store: BundleStore;
  readonly env: Readonly<Record<string, string>>;
}

/** One go at it; the second has a folder of its own. */
export type Attempt = Prepared & Pick<StageStateInput, 'again'>;

/** Writes what was staged as a bundle, reads it back, and puts it into the store. @throws ROTA_BUNDLE_MISMATCH, ROTA_BUNDLE_STORE */
export async function packBundle(
  input: CaptureInput,
  { id, createdAt, work, again, plan, store }: Attempt,
  staged: StagedState,
): Promise<CaptureResult> {
  const { host, namespace, spec, signal } = input;
  const { entries, payload, inPlace, downtime } = staged;
  const artifact = recordedArtifact(input);
  const consistency = spec.services.length > 0 ? 'stopped' : spec.quiesce.length > 0 ? 'quiesced' : 'live';
  const manifest: BundleHead = {
    formatVersion: 1,
    id,
    tenant: spec.tenant,
    name: spec.name,
    host: { name: host.hostname, id: hostId(host) },
    createdAt,
    consistency,
    outcome: staged.problems.length === 0 ? 'ok' : 'partial',
    problems: [...staged.problems],
    notes: [...staged.notes],
    roots: [...plan.roots],
    databases: [...staged.databases],
    identity: [...plan.identity],
    excluded: plan.excluded,
    guidance: spec.guidance,
    ...(artifact === undefined ? {} : { artifact }),
    totals: { entries: entries.count, bytes: staged.bytes },
    treeDigest: staged.treeDigest,
  };
  const compression = spec.compression ?? bestCompression();
  if (spec.compression === undefined && compression === 'gzip')
    manifest.notes.push(
      `Compressed with gzip: this Node (${process.version}) has no zstd, and the program zstd is not installed.`,
    );
  const suffix = { zstd: '.tar.zst', gzip: '.tar.gz', none: '.tar' }[compression];
  const encrypted = spec.recipients.length > 0;
  const file = `${spec.tenant}.${spec.name}-${host.hostname}-${createdAt.replaceAll(/[-:]/g, '')}-${id.slice(0, 8)}${suffix}${encrypted ? '.age' : ''}`;
  const prepared = join(again ?? work, file);
  let sent = 0;
  const { size, sha256 } = await writeBundle({
    manifest,
    entries,
    payload,
    inPlace,
    out: prepared,
    compression,
    recipients: spec.recipients,
    onBytes(done) {
      sent = done;
      input.onProgress?.('write', done, staged.bytes);
    },
    // Who encrypts to others cannot read it back: then the checksum of the file is all that there is.
    ...(encrypted
      ? {}
      : { readBack: (bytes) => compareWritten(bytes, { manifest, entries }, input, () => sent === staged.bytes) }),
    signal,
  });
  const sidecar: Sidecar = {
    formatVersion: 1,
    id,
    file,
    size,
    sha256,
    tenant: spec.tenant,
    name: spec.name,
    host: host.hostname,
    createdAt,
    outcome: manifest.outcome,
    consistency,
    compression,
    encrypted,
    entries: manifest.totals.entries,
    bytes: manifest.totals.bytes,
    treeDigest: manifest.treeDigest,
    verified: encrypted ? null : { level: 1, at: instantText(Math.floor(host.now() / 1000)) },
  };
  const bundle = await store.put(
    {
      file: prepared,
      manifest,
      // A file that was left in place may have been written to since; what is in the bundle may not. Encrypted, only copies are left.
      archive: () => (encrypted ? archiveOf({ manifest, entries, payload, inPlace }) : readArchive(prepared)),
    },
    sidecar,
  );
  if (staged.facts !== undefined && manifest.outcome === 'ok')
    writeIndex(host, namespace, spec, {
      formatVersion: 1,
      bundle: id,
      declared: declaredDigest(spec, artifact),
      facts: staged.facts,
      atMs: host.now(),
    });
  return {
    outcome: manifest.outcome,
    bundle,
    place: store.placeOf(bundle),
    problems: manifest.problems,
    notes: manifest.notes,
    stopped: downtime.stopped,
    downtimeMs: staged.downtimeMs,
    ...(downtime.guard === undefined ? {} : { guard: downtime.guard }),
  };
}

/** What comes back from the file: the manifest is the one that was written, and every member is as it lists it. @throws ROTA_BUNDLE_MISMATCH */
async function compareWritten(
  bytes: AsyncIterable<Uint8Array>,
  written: { readonly manifest: BundleHead; readonly entries: EntrySpool },
  { signal, onProgress }: CaptureInput,
  isSent: () => boolean,
): Promise<void> {
  const { manifest, entries } = written;
  let done = 0;
  await readMembers(unpacked(bytes), {
    signal,
    known: { head: manifest, entries, text: manifestText(written).parts },
    onMember: (entry) => {
      done += entry.size;
      // Before, it is the writing that is told of.
      if (isSent()) onProgress?.('check', done, manifest.totals.bytes);
      return undefined;
    },
  });
}
