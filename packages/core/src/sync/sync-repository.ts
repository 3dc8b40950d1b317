import type { ApplyResult } from '../apply/apply-plan.ts';
import type { Declaration } from '../config/declaration.ts';
import { isRotaError, RotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import type { NotForThisHost, Plan } from '../plan/plan.ts';
import { hasChanges } from '../plan/plan-to-json.ts';
import type { RotaEvents } from '../state/events.ts';
import type { Generation } from '../state/generation.ts';
import { readGeneration } from '../state/generation-store.ts';
import { namespaceLayout } from '../state/layout.ts';
import { withLock } from '../state/lock.ts';
import { readNamespaceRecord } from '../state/namespace-record.ts';
import { openState } from '../state/state-format.ts';
import { checkRef, checkRepository } from './check-repository.ts';
import { checkSignature } from './check-signature.ts';
import { type Fetched, fetchAnew, fetchRevision, followsFrom } from './fetch-revision.ts';
import { loadRevision } from './load-revision.ts';
import { syncLayout } from './sync-layout.ts';
import { type Revision, readSyncStatus, type SyncSource, type SyncStatus, writeSyncStatus } from './sync-status.ts';

/** What syncing needs of a Rota; `createRota` makes one. */
export interface SyncTarget {
  readonly host: Host;
  readonly namespace: string;
  readonly events: Pick<RotaEvents, 'emit'>;
  /** As {@link Rota.plan}. */
  plan(
    declaration: Declaration,
    options: { readonly backend?: string; readonly takeOver?: boolean; readonly repair?: boolean },
  ): Promise<Plan>;
  /** As {@link Rota.apply}. */
  apply(plan: Plan, options: { readonly allowRemovals?: boolean; readonly signal?: AbortSignal }): Promise<ApplyResult>;
}

/**
 * What to fetch. Without `repo`, what is left out is as it was at the last synchronisation of the namespace; with it, the
 * defaults of {@link SyncSource} hold.
 */
export interface SyncOptions extends Partial<SyncSource> {
  /** @default the repository that was synchronised into this namespace last */
  readonly repo?: string;
  /** Absolute. @default `~/.config/rota/host.yaml`, if it exists */
  readonly hostFile?: string;
  /** @default the namespace's */
  readonly backend?: string;
  /** Take a revision that does not follow from the last one: somebody forced a push. @default false */
  readonly allowRewind?: boolean;
  /** Apply although a rollback or a destroy holds the namespace. @default false */
  readonly resume?: boolean;
  /** Delete more than the allowed share of jobs. @default false */
  readonly allowRemovals?: boolean;
  /** Take a namespace that another source declared. @default false */
  readonly takeOver?: boolean;
  readonly signal?: AbortSignal;
}

/** What one synchronisation did. */
export interface SyncResult {
  readonly namespace: string;
  readonly source: SyncSource;
  readonly outcome: 'applied' | 'unchanged' | 'held';
  readonly revision: Revision;
  /** `null` where nothing was to be applied. */
  readonly applied: ApplyResult | null;
  readonly notForThisHost: readonly NotForThisHost[];
}

/**
 * Makes this host as a repository declares it: fetches, checks where the revision comes from and who signed it, reads what it declares, and applies it. Whatever
 * fails, what is installed stays, and the status says why. The same revision again changes nothing.
 *
 * @throws ROTA_SYNC_REPOSITORY, ROTA_SYNC_UNREACHABLE, ROTA_SYNC_REF, ROTA_SYNC_REWOUND, ROTA_SYNC_UNSIGNED, ROTA_SYNC_CODE, ROTA_SYNC_TREE,
 *   ROTA_SYNC_NAMESPACE, ROTA_SYNC_UNKNOWN, and what reading, planning and applying throw
 */
export async function syncRepository(rota: SyncTarget, options: SyncOptions): Promise<SyncResult> {
  const { host, namespace } = rota;
  openState(host);
  const layout = syncLayout(host.stateDir, namespace);
  return withLock(host, layout.lock, { purpose: `sync of ${namespace}`, signal: options.signal }, async () => {
    const before = readSyncStatus(host, namespace);
    const source = sourceOf(options, before, namespace);
    checkRepository(source.repo);
    checkRef(source.ref);
    const attemptedAt = instant(host.now());
    let fetched: Fetched | undefined;
    try {
      fetched = await fetchRevision(host, layout, source);
      const result = await takeRevision(rota, options, source, fetched, before);
      writeSyncStatus(host, {
        formatVersion: 1,
        namespace,
        ...source,
        revision: result.outcome === 'held' ? (before?.revision ?? null) : result.revision,
        syncedAt: result.outcome === 'held' ? (before?.syncedAt ?? null) : attemptedAt,
        attemptedAt,
        outcome: result.outcome,
        error: null,
        failures: 0,
      });
      rota.events.emit('sync', { namespace, outcome: result.outcome, revision: result.revision.id });
      return result;
    } catch (error) {
      const installed = before === null || before.revision === null ? undefined : sourceOf({}, before, namespace);
      const { code, message } = isRotaError(error)
        ? error
        : { code: 'ROTA_INTERNAL' as const, message: error instanceof Error ? error.message : String(error) };
      tellFailure(host, {
        formatVersion: 1,
        namespace,
        // What is installed comes from there, and what follows is held against it.
        ...(installed ?? source),
        revision: before?.revision ?? null,
        syncedAt: before?.syncedAt ?? null,
        attemptedAt,
        outcome: 'failed',
        error: {
          code,
          message,
          revision: fetched?.revision.id ?? null,
          ...(installed === undefined || sameSource(installed, source) ? {} : { source }),
        },
        failures: (before?.failures ?? 0) + 1,
      });
      rota.events.emit('sync', { namespace, outcome: 'failed', revision: fetched?.revision.id ?? null });
      throw error;
    }
  });
}

/** Where the disk is full, say, not even that can be written: then the first error is the one that says why. */
function tellFailure(host: Host, status: SyncStatus): void {
  try {
    writeSyncStatus(host, status);
  } catch {
    // the caller throws what came first
  }
}

/** A person, or the job, that names a repository says all of it; without one everything is as it was. */
function sourceOf(options: SyncOptions, before: SyncStatus | null, namespace: string): SyncSource {
  const repo = options.repo ?? before?.repo;
  if (repo === undefined) {
    throw new RotaError('ROTA_SYNC_UNKNOWN', `No repository was synchronised into the namespace \`${namespace}\` yet.`, {
      suggestions: ['Name one: rota sync --repo URL'],
    });
  }
  const base = options.repo === undefined && before !== null ? before : undefined;
  const path = options.path ?? base?.path;
  const allowedSigners = options.allowedSigners ?? base?.allowedSigners;
  return {
    repo,
    ref: options.ref ?? base?.ref ?? 'HEAD',
    ...(path === undefined ? {} : { path }),
    allowCode: options.allowCode ?? base?.allowCode ?? false,
    requireSigned: (options.requireSigned ?? base?.requireSigned ?? false) || allowedSigners !== undefined,
    ...(allowedSigners === undefined ? {} : { allowedSigners }),
  };
}

async function takeRevision(
  rota: SyncTarget,
  options: SyncOptions,
  source: SyncSource,
  fetched: Fetched,
  before: SyncStatus | null,
): Promise<SyncResult> {
  const { host, namespace } = rota;
  const { git, revision } = fetched;
  const last = before?.repo === source.repo ? before.revision : null;
  if (last !== null && last.id !== revision.id && !options.allowRewind && !(await followsFrom(git, last.id, revision.id))) {
    throw new RotaError(
      'ROTA_SYNC_REWOUND',
      `${source.ref} of ${source.repo} is now ${revision.id.slice(0, 12)}, which does not follow from ${last.id.slice(0, 12)}. What is installed stays.`,
      { suggestions: ['If the history was rewritten on purpose: rota sync --allow-rewind'] },
    );
  }
  if (source.requireSigned) await checkSignature(git, revision, source);
  const common = { namespace, source, revision };
  if (last?.id === revision.id && !options.resume && isHeld(host, namespace)) {
    return { ...common, outcome: 'held', applied: null, notForThisHost: [] };
  }
  const layout = syncLayout(host.stateDir, namespace);
  const load = (from: Fetched): Promise<Declaration> =>
    loadRevision({ host, layout, fetched: from, source, namespace, hostFile: options.hostFile });
  const declaration = await load(fetched).catch(async (error: unknown) => {
    if (!isRotaError(error) || error.code !== 'ROTA_COMMAND_FAILED') throw error;
    const anew = await fetchAnew(host, layout, source);
    // Somebody pushed meanwhile: that revision is checked by the next sync.
    if (anew.revision.id !== revision.id) throw error;
    return load(anew);
  });
  for (let tries = 1; ; tries++) {
    const plan = await rota.plan(declaration, {
      ...(options.backend === undefined ? {} : { backend: options.backend }),
      takeOver: options.takeOver ?? false,
    });
    try {
      const applied = await rota.apply(plan, {
        allowRemovals: options.allowRemovals ?? false,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
      return {
        ...common,
        outcome: hasChanges(plan) ? 'applied' : 'unchanged',
        applied,
        notForThisHost: plan.notForThisHost,
      };
    } catch (error) {
      // Somebody applied between the plan and the apply: what is installed is looked at again.
      if (!isRotaError(error) || error.code !== 'ROTA_PLAN_STALE' || tries >= 5) throw error;
    }
  }
}

/** DETAILS: a rollback holds the namespace until the source moves on or a person applies. What a person destroyed is held likewise. */
function isHeld(host: Host, namespace: string): boolean {
  const layout = namespaceLayout(host.stateDir, namespace);
  const record = readNamespaceRecord(host.files, layout);
  if (record === null) return false;
  return (readGeneration<Generation>(host.files, layout, record.current)?.cause ?? 'apply') !== 'apply';
}

function sameSource(one: SyncSource, other: SyncSource): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function instant(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
