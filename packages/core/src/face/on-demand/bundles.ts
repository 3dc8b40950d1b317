import type { CaptureInput, CaptureResult } from '../../bundle/capture/capture-input.ts';
import type { CapturePlan } from '../../bundle/capture/plan-capture.ts';
import type { FetchedBundle, FindBundleInput } from '../../bundle/find-bundle.ts';
import type { BundleHead, BundleManifest } from '../../bundle/format/manifest.ts';
import type { BundleReader } from '../../bundle/format/read-bundle.ts';
import type { PlannedMove } from '../../bundle/migrate/migrate-bundle.ts';
import type { MigrateInput } from '../../bundle/migrate/migrate-input.ts';
import type { MigrateResult } from '../../bundle/migrate/move-service.ts';
import type { ReceiveInput } from '../../bundle/migrate/receive-migration.ts';
import type { PruneDecision, pruneBundles as prune } from '../../bundle/prune-bundles.ts';
import type { BundleRecovery } from '../../bundle/recover-bundles.ts';
import type { RestoreInput, RestorePlan, RestoreResult } from '../../bundle/restore/restore.ts';
import type { VerifyInput, VerifyResult } from '../../bundle/restore/verify-bundle.ts';
import type { BundleSpec } from '../../bundle/spec/bundle-spec.ts';
import type { BundleInput } from '../../bundle/spec/define-bundle.ts';
import type { BundleStore } from '../../bundle/store/bundle-store.ts';
import type { BundleStoreOpeners } from '../../bundle/store/bundle-store-opener.ts';
import type { Host } from '../../host/host.ts';
import type { Job, JobKey } from '../../job/job.ts';
import type { RotaEventMap, RotaEvents } from '../../state/events.ts';

type ProgressEvent = RotaEventMap['bundle:progress'];

function tell(
  events: RotaEvents | undefined,
  { tenant, name }: JobKey,
  action: ProgressEvent['action'],
  phase: string,
  done: number,
  total: number,
): void {
  events?.emit('bundle:progress', { tenant, name, action, phase, done, total });
}

// The public functions of bundles. What they need (node:crypto, node:zlib, ...) would double the time that importing core takes, so it is
// loaded by the first call.

/** The state of a job or service, ready to be captured. Every problem is reported at once. @throws ROTA_BUNDLE_DECLARATION */
export async function defineBundle(input: BundleInput): Promise<BundleSpec> {
  return (await import('./bodies.ts')).defineBundle(input);
}

/** The same for a declared job with `spec.state`. @throws ROTA_BUNDLE_UNDECLARED, ROTA_BUNDLE_DECLARATION */
export async function bundleOfJob(job: Pick<Job, 'tenant' | 'name' | 'state'>): Promise<BundleSpec> {
  return (await import('./bodies.ts')).bundleOfJob(job);
}

/** Captures the state of a job: see `capture.ts` for all that it promises. @throws ROTA_BUNDLE_DECLARATION, ROTA_BUNDLE_SPACE, ROTA_BUNDLE_HOOK, ROTA_BUNDLE_CAPTURE, ROTA_LOCK_HELD */
export async function captureBundle(input: CaptureInput): Promise<CaptureResult> {
  return await (await import('./bodies.ts')).captureBundle({
    ...input,
    onProgress(phase, done, total) {
      input.onProgress?.(phase, done, total);
      tell(input.events, input.spec, 'capture', phase, done, total);
    },
  });
}

/** Looks at everything that a capture on a host would read, and reads nothing of it. */
export async function planCapture(
  spec: CaptureInput['spec'],
  signal?: AbortSignal,
  host?: Pick<CaptureInput['host'], 'stateDir'>,
): Promise<CapturePlan> {
  return await (await import('./bodies.ts')).planCapture(spec, signal, undefined, host);
}

/** Proves a bundle up to a level. @throws ROTA_BUNDLE_MISMATCH, ROTA_BUNDLE_FORMAT, ROTA_BUNDLE_HOSTILE, ROTA_BUNDLE_HOOK, ROTA_BUNDLE_NOT_DRILLED */
export async function verifyBundle(input: VerifyInput): Promise<VerifyResult> {
  const { bundle, spec } = input;
  const key = spec ?? bundle.sidecar ?? { tenant: '', name: '' };
  return await (await import('./bodies.ts')).verifyBundle({
    ...input,
    onProgress(done, total) {
      input.onProgress?.(done, total);
      tell(input.events, key, 'verify', 'read', done, total);
    },
  });
}

/** Looks at a bundle and at what it would replace. @throws ROTA_BUNDLE_TARGET */
export async function planRestore(input: RestoreInput): Promise<RestorePlan> {
  return await (await import('./bodies.ts')).planRestore(input);
}

/** Restores a bundle beside its place, proves it, swaps it in, and swaps it back when the service does not get well. @throws ROTA_BUNDLE_RESTORE and what its parts throw */
export async function restoreBundle(input: RestoreInput): Promise<RestoreResult> {
  return await (await import('./bodies.ts')).restoreBundle({
    ...input,
    onProgress(done, total) {
      input.onProgress?.(done, total);
      tell(input.events, input.spec, 'restore', 'unpack', done, total);
    },
  });
}

/** Looks at both ends of a migration, and changes nothing. @throws ROTA_BUNDLE_DECLARATION, ROTA_BUNDLE_IDENTITY, ROTA_BUNDLE_MOVED, ROTA_BUNDLE_MIGRATE */
export async function planMove(input: MigrateInput): Promise<PlannedMove> {
  return await (await import('./bodies.ts')).planMove(input);
}

/**
 * Moves a service to another machine, or leaves everything as it is: see `migrate-bundle.ts` for all that it promises.
 * @throws ROTA_BUNDLE_TARGET, ROTA_BUNDLE_BUDGET, ROTA_BUNDLE_MIGRATE, ROTA_BUNDLE_DECLARATION, ROTA_BUNDLE_IDENTITY, ROTA_BUNDLE_MOVED, ROTA_LOCK_HELD
 */
export async function migrateBundle(input: MigrateInput): Promise<MigrateResult> {
  return await (await import('./bodies.ts')).migrateBundle({
    ...input,
    onProgress(phase, done, total) {
      input.onProgress?.(phase, done, total);
      tell(input.events, input.spec, 'migrate', phase, done, total);
    },
  });
}

/** The receiving side of a migration, which the sending side starts over ssh and talks to by lines. */
export async function receiveMigration(input: ReceiveInput): Promise<void> {
  await (await import('./bodies.ts')).receiveMigration(input);
}

/**
 * Reads a whole bundle and compares every member with its manifest, with memory that does not grow with their number. Resolves to the manifest
 * without its entries.
 * @throws ROTA_BUNDLE_FORMAT, ROTA_BUNDLE_HOSTILE, ROTA_BUNDLE_MISMATCH
 */
export async function readBundle(path: string, reader?: BundleReader): Promise<BundleHead> {
  return await (await import('./bodies.ts')).readBundle(path, reader);
}

/** Reads the manifest of a bundle alone. @throws ROTA_BUNDLE_FORMAT, ROTA_BUNDLE_HOSTILE */
export async function readManifest(path: string, ageIdentity?: string): Promise<BundleManifest> {
  return await (await import('./bodies.ts')).readManifest(path, ageIdentity);
}

/** Ends what an earlier capture or restore began and did not end; every later one does so itself. */
export async function recoverBundles(host: CaptureInput['host'], namespace: string): Promise<readonly BundleRecovery[]> {
  return await (await import('./bodies.ts')).recoverBundles(host, namespace);
}

/** The stores that a declaration names, as one, else the state folder's own. */
export async function openStore(
  host: Host,
  namespace: string,
  spec?: Pick<BundleSpec, 'stores'>,
  openers?: BundleStoreOpeners,
): Promise<BundleStore> {
  return (await import('./bodies.ts')).openStore(host, namespace, spec, openers);
}

/** A store that is a folder of bundles and their sidecars. */
export async function folderStore(host: Pick<Host, 'files'>, folder: string): Promise<BundleStore> {
  return (await import('./bodies.ts')).folderStore(host, folder);
}

/** Removes what retention says, and never the newest good or the newest verified one, or anything foreign. */
export async function pruneBundles(input: Parameters<typeof prune>[0]): Promise<readonly PruneDecision[]> {
  return (await import('./bodies.ts')).pruneBundles(input);
}

/**
 * Finds a bundle by the beginning of its id, by `latest` (the newest that is complete), or by the path of its file; fetches it when its store is
 * elsewhere. @throws ROTA_BUNDLE_UNKNOWN, ROTA_BUNDLE_STORE
 */
export async function findBundle(input: FindBundleInput): Promise<FetchedBundle> {
  return await (await import('./bodies.ts')).findBundle(input);
}
