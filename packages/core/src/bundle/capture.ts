import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { isRotaError, RotaError } from '../errors/rota-error.ts';
import { instantText } from '../run/instant-text.ts';
import { withLock } from '../state/lock.ts';
import { hostId, openState } from '../state/state-format.ts';
import { breather } from './breath.ts';
import { bundleLayout } from './bundle-layout.ts';
import type { BundleSpec } from './bundle-spec.ts';
import { declaredDigest, factsOf, writeIndex } from './capture-index.ts';
import type { CaptureInput, CaptureResult } from './capture-input.ts';
import { confirmUnchanged, findUnchanged } from './confirm-unchanged.ts';
import { beginDowntime } from './downtime.ts';
import { copySqlite, runWithFile } from './dump-database.ts';
import { readAttributes } from './extended-attributes.ts';
import type { BundleManifest } from './manifest.ts';
import { refuseMoved } from './migrate/tombstone.ts';
import { namesOfIds } from './names-of-ids.ts';
import { type CapturePlan, freeBytes, leftOut, planCapture } from './plan-capture.ts';
import { readBundle } from './read-bundle.ts';
import { recoverBundles } from './recover-bundles.ts';
import { hookEnvironment, runHooks } from './run-hook.ts';
import { openStage } from './stage-tree.ts';
import type { BundleStore, Sidecar } from './store/bundle-store.ts';
import { openStore } from './store/open-store.ts';
import { bestCompression } from './stream-parts.ts';
import { treeDigest } from './tree-digest.ts';
import { walkTree } from './walk-tree.ts';
import { archiveOf, writeBundle } from './write-bundle.ts';

/**
 * Captures the state of a job. What it stops is started again as soon as everything is read, and in any case: an error starts it, a guard
 * outside this process starts it when this process dies. The bundle is read back and compared before it counts.
 *
 * @throws ROTA_BUNDLE_DECLARATION when keys have no policy, before anything is stopped; ROTA_BUNDLE_SPACE, ROTA_BUNDLE_HOOK,
 *   ROTA_BUNDLE_CAPTURE, ROTA_LOCK_HELD
 */
export async function captureBundle(input: CaptureInput): Promise<CaptureResult> {
  const { host, namespace, spec, signal } = input;
  openState(host);
  const layout = bundleLayout(host.stateDir, namespace);
  const store = input.store ?? openStore(host, namespace, spec);
  return await withLock(host, layout.lock, { purpose: `capture ${spec.tenant}/${spec.name}`, signal }, async () => {
    await recoverBundles(host, namespace);
    refuseMoved(host, namespace, spec);
    // A store that cannot be reached is better known before anything is stopped.
    const kept = await store.list();
    const seen = factsOf(spec, host.now());
    const plan = await planCapture(spec, signal, seen.add);
    input.onProgress?.('look', plan.entries, plan.entries);
    refuse(plan, spec);
    const unchanged = input.full === true ? undefined : findUnchanged(input, kept, seen.digest());
    if (unchanged !== undefined) return await confirmUnchanged(input, store, unchanged);
    const id = randomBytes(8).toString('hex');
    const work = join(layout.work, `capture-${id}`);
    host.files.makeFolder(work, 0o700);
    const needed = plan.bytes * 1.1 + plan.entries * 2048;
    if (freeBytes(work) < needed)
      throw new RotaError('ROTA_BUNDLE_SPACE', `A capture needs ${Math.ceil(needed / 1e6)} MB free at ${work}.`, {
        suggestions: ['Make room, or put the state folder on a larger disk: --state-dir DIR.'],
      });
    const env = hookEnvironment(spec, new Map());
    let outcome: string = 'failed';
    try {
      if (!(await runHooks(host, spec, 'beforeCapture', env))) {
        outcome = 'skipped';
        return { outcome: 'skipped', bundle: null, place: store.place, problems: [], notes: [], stopped: [], downtimeMs: 0 };
      }
      const createdAt = captureTime(host.now(), kept);
      const result = await captureInto(input, { id, createdAt, work, plan, store, env });
      outcome = result.outcome;
      return result;
    } catch (error) {
      if (isRotaError(error) || signal?.aborted) throw error;
      throw new RotaError(
        'ROTA_BUNDLE_CAPTURE',
        `The capture failed: ${error instanceof Error ? error.message : String(error)}`,
        {
          cause: error,
        },
      );
    } finally {
      await runHooks(host, spec, 'afterCapture', { ...env, ROTA_BUNDLE_OUTCOME: outcome }).catch((error: unknown) => {
        if (outcome !== 'failed') throw error;
      });
      // A service that could not be started keeps its journal, so that the next command tries again.
      if (host.files.readText(join(work, 'downtime.json')) === undefined) rmSync(work, { recursive: true, force: true });
    }
  });
}

interface Prepared {
  readonly id: string;
  readonly createdAt: string;
  readonly work: string;
  readonly plan: CapturePlan;
  readonly store: BundleStore;
  readonly env: Readonly<Record<string, string>>;
}

/** Now; a second later than the newest bundle where two fall into one second, or nobody could tell which is the later. */
function captureTime(nowMs: number, kept: readonly Sidecar[]): string {
  const now = Math.floor(nowMs / 1000);
  const newest = Math.max(...kept.map(({ createdAt }) => Date.parse(createdAt) / 1000).filter((at) => at < now + 60));
  return instantText(Math.max(now, newest + 1));
}

async function captureInto(input: CaptureInput, { id, createdAt, work, plan, store, env }: Prepared): Promise<CaptureResult> {
  const { host, namespace, spec, signal } = input;
  const payload = join(work, 'payload');
  const stage = openStage(payload, namesOfIds(host.files));
  const breathe = breather(signal);
  const databases: BundleManifest['databases'] = [];
  // Longer than any capture within its budget, and short enough that nobody waits a day for a service.
  const guardMs = Math.max(spec.downtimeBudgetMs * 10, 600_000);
  const facts = factsOf(spec, host.now());
  const downtime = await beginDowntime(host, spec, work, { guardMs, freeze: true });
  let downtimeMs = 0;
  let seen: string | undefined;
  try {
    const copies = new Map<string, string>();
    for (const [index, database] of spec.databases.entries()) {
      const copy = join(work, `database-${index}`);
      const started = host.now();
      if (database.kind === 'sqlite') {
        const method = await copySqlite(host, database.path, copy, guardMs);
        copies.set(`data/${database.root}/${database.inRoot}`, copy);
        databases.push({ name: database.name, kind: 'sqlite', member: `data/${database.root}/${database.inRoot}`, method });
      } else {
        await runWithFile(`The dump of ${database.name}`, database.dump, { output: copy }, env, guardMs - (host.now() - started));
        databases.push({ name: database.name, kind: 'command', member: `db/${database.name}.dump` });
      }
    }
    for (const root of spec.roots) {
      if (plan.roots.find(({ name }) => name === root.name)?.kind === 'missing') continue;
      const attributes = await readAttributes(host.run, root.path);
      if (attributes === undefined) stage.notes.add('Extended attributes were not captured: getfattr is not installed.');
      const out = leftOut(spec, root);
      const walk = walkTree(root.path, {
        leaveOut: (path) => out(path) !== undefined,
        onProblem: (path, reason) => {
          // What is left out may come and go, as the side files of a database do.
          if (out(path) === undefined) stage.problems.push({ name: `data/${root.name}${path === '' ? '' : `/${path}`}`, reason });
        },
      });
      for (const item of walk) {
        const pause = breathe(1 + Number(item.stats.size) / 65_536);
        if (pause !== undefined) await pause;
        const name = item.path === '' ? `data/${root.name}` : `data/${root.name}/${item.path}`;
        const copy = copies.get(name);
        const xattrs = attributes?.get(item.path === '' ? root.path : `${root.path}/${item.path}`);
        facts.add(name, item.stats);
        stage.add({ name, item, ...(copy === undefined ? {} : { copy }), xattrs });
        input.onProgress?.('read', stage.bytes, plan.bytes);
      }
    }
    seen = facts.digest();
    for (const [index, database] of spec.databases.entries()) {
      if (database.kind !== 'command') continue;
      for (const item of walkTree(join(work, `database-${index}`))) stage.add({ name: `db/${database.name}.dump`, item });
    }
  } finally {
    stage.close();
    downtimeMs = await downtime.end();
  }
  const consistency = spec.services.length > 0 ? 'stopped' : spec.quiesce.length > 0 ? 'quiesced' : 'live';
  const manifest: BundleManifest = {
    formatVersion: 1,
    id,
    tenant: spec.tenant,
    name: spec.name,
    host: { name: host.hostname, id: hostId(host) },
    createdAt,
    consistency,
    outcome: stage.problems.length === 0 ? 'ok' : 'partial',
    problems: stage.problems,
    notes: [...stage.notes],
    roots: [...plan.roots],
    databases,
    identity: [...plan.identity],
    excluded: plan.excluded,
    guidance: spec.guidance,
    totals: { entries: stage.entries.length, bytes: stage.bytes },
    treeDigest: treeDigest(stage.entries),
    entries: stage.entries,
  };
  const compression = spec.compression ?? bestCompression();
  if (spec.compression === undefined && compression === 'gzip')
    manifest.notes.push(
      `Compressed with gzip: this Node (${process.version}) has no zstd, and the program zstd is not installed.`,
    );
  const suffix = { zstd: '.tar.zst', gzip: '.tar.gz', none: '.tar' }[compression];
  const encrypted = spec.recipients.length > 0;
  const file = `${spec.tenant}.${spec.name}-${host.hostname}-${createdAt.replaceAll(/[-:]/g, '')}-${id.slice(0, 8)}${suffix}${encrypted ? '.age' : ''}`;
  const prepared = join(work, file);
  const { size, sha256 } = await writeBundle({
    manifest,
    payload,
    out: prepared,
    compression,
    recipients: spec.recipients,
    onBytes: (done) => input.onProgress?.('write', done, plan.bytes),
    signal,
  });
  // Who encrypts to others cannot read it back: then the checksum of the file is all that there is.
  if (!encrypted) await checkWritten(prepared, manifest, input, signal);
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
  const bundle = await store.put({ file: prepared, manifest, archive: () => archiveOf({ manifest, payload }) }, sidecar);
  if (seen !== undefined && manifest.outcome === 'ok')
    writeIndex(host, namespace, spec, {
      formatVersion: 1,
      bundle: id,
      declared: declaredDigest(spec),
      facts: seen,
      atMs: host.now(),
    });
  return {
    outcome: manifest.outcome,
    bundle,
    place: store.placeOf(bundle),
    problems: manifest.problems,
    notes: manifest.notes,
    stopped: downtime.stopped,
    downtimeMs,
    ...(downtime.guard === undefined ? {} : { guard: downtime.guard }),
  };
}

async function checkWritten(path: string, manifest: BundleManifest, input: CaptureInput, signal?: AbortSignal): Promise<void> {
  let done = 0;
  const read = await readBundle(path, {
    signal,
    onMember: (entry) => {
      done += entry.size;
      input.onProgress?.('check', done, manifest.totals.bytes);
      return undefined;
    },
  });
  if (read.treeDigest !== manifest.treeDigest)
    throw new RotaError('ROTA_BUNDLE_MISMATCH', 'What was written is not what was read; the bundle was thrown away.');
}

function refuse({ findings }: CapturePlan, spec: BundleSpec): void {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first === undefined) return;
  throw new RotaError(
    'ROTA_BUNDLE_DECLARATION',
    `The state of ${spec.tenant}/${spec.name} cannot be captured as it is declared: ${first.message}${errors.length > 1 ? ` And ${errors.length - 1} more.` : ''} Nothing was stopped.`,
    {
      issues: errors,
      suggestions: errors.flatMap(({ suggestion }) => (suggestion === undefined ? [] : [suggestion])).slice(0, 5),
    },
  );
}
