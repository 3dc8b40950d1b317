import type { Drift, Installed } from '../backend/backend.ts';
import { printJobKey } from '../job/job-key.ts';
import { type Difference, differences } from './differences.ts';
import type { Change, PlannedEntry } from './plan.ts';
import type { PreparedJob } from './prepare-job.ts';

type Ready = Extract<PreparedJob, { kind: 'ready' }>;

/** What is known about one job from three sides; at least one of them is there. */
export interface Sides {
  readonly desired: Ready | undefined;
  /** What the last generation says. */
  readonly previous: PlannedEntry | undefined;
  /** What stands on the machine now, in the backend that the job is (or was) on. */
  readonly installed: Installed | undefined;
  /** What stands in the backend that the job is to leave. @default nothing is to be left */
  readonly left?: Installed | undefined;
  /** Why this host does not take a job that is still declared. */
  readonly excluded: string | undefined;
  readonly repair: boolean;
}

/** One job's step, and what the next generation will say of it. */
export interface Comparison {
  readonly change: Change;
  readonly next: PlannedEntry | null;
}

/** Decides what is to be done about one job. Pure. */
export function compareEntry(sides: Sides): Comparison | null {
  const { desired, previous } = sides;
  if (desired !== undefined) return previous === undefined ? created(sides, desired) : kept(sides, desired, previous);
  return removed(sides);
}

function created({ installed, repair }: Sides, desired: Ready): Comparison {
  const waits = installed?.drift.map(({ kind }) => whyNotOverwritten(kind)).find((reason) => reason !== undefined);
  if (waits !== undefined && !repair)
    return { change: { ...base(desired), action: 'none', reasons: [waits], ...driftOf(installed) }, next: null };
  const reasons = installed === undefined ? ['declared'] : ['declared; the state does not know the entry that is installed'];
  return {
    change: { ...base(desired), action: installed === undefined ? 'create' : 'update', reasons, ...driftOf(installed) },
    next: desired.entry,
  };
}

/** What a person has written, or put there, is not lost because the state is. */
function whyNotOverwritten(kind: Drift['kind']): string | undefined {
  if (kind === 'foreign') return 'a foreign entry stands under this name';
  return kind === 'edited' || kind === 'drop-in'
    ? 'declared; the state does not know the entry that is installed, which was edited by hand; waits for --repair'
    : undefined;
}

function kept(sides: Sides, desired: Ready, previous: PlannedEntry): Comparison {
  const { entry } = desired;
  const changed = differences(previous.job, entry.job);
  if (previous.backend !== entry.backend) {
    const way = `from ${previous.backend} to ${entry.backend}`;
    // Where nothing is left of it, nothing keeps it.
    const left = (sides.left?.drift ?? []).filter(({ kind }) => kind !== 'missing');
    const drift = [...left, ...strangersOf(sides.installed)];
    const change: Change = {
      ...base(desired),
      action: 'move',
      fromBackend: previous.backend,
      before: previous.artifact,
      reasons: [way],
      differences: changed,
      ...(drift.length === 0 ? {} : { drift }),
    };
    if (drift.length === 0 || sides.repair) return { change, next: entry };
    const { fromBackend: _, ...stays } = change;
    return {
      change: {
        ...stays,
        action: 'none',
        backend: previous.backend,
        after: previous.artifact,
        reasons: [`${way}; waits for --repair`],
      },
      next: previous,
    };
  }
  const reasons = reasonsOf(previous, entry, changed);
  const drift = driftNow(sides, previous);
  const common = {
    ...base(desired),
    before: previous.artifact,
    differences: changed,
    ...(drift.length === 0 ? {} : { drift }),
  };
  if (drift.length > 0 && !sides.repair) {
    const waiting = reasons.length === 0 ? [] : [`${reasons.join(', ')}; waits for --repair`];
    return { change: { ...common, action: 'none', reasons: waiting, after: previous.artifact }, next: previous };
  }
  if (drift.length > 0) return { change: { ...common, action: 'update', reasons: [...reasons, 'repair'] }, next: entry };
  if (reasons.length === 0) return { change: { ...common, action: 'none', reasons }, next: entry };
  const replaced = previous.job.trigger.kind !== entry.job.trigger.kind;
  return { change: { ...common, action: replaced ? 'replace' : 'update', reasons }, next: entry };
}

function removed({ previous, installed, excluded, repair }: Sides): Comparison | null {
  const known = previous ?? installed;
  if (known === undefined) return null;
  const drift = installed?.drift ?? [];
  const why = excluded === undefined ? 'no longer declared' : `not for this host: ${excluded}`;
  const change: Change = {
    tenant: known.tenant,
    name: known.name,
    action: 'delete',
    backend: previous?.backend ?? '',
    fidelity: null,
    features: {},
    reasons: [why],
    before: previous?.artifact ?? null,
    after: null,
    differences: [],
    ...(drift.length === 0 ? {} : { drift }),
  };
  if (drift.some(({ kind }) => kind === 'foreign')) return null; // it only has our name; nothing of ours is there to remove
  const edited = drift.some(({ kind }) => kind === 'edited' || kind === 'drop-in');
  if (edited && !repair) {
    return {
      change: {
        ...change,
        action: 'none',
        after: previous?.artifact ?? null,
        reasons: [`${why}; edited by hand, so it stays until --repair`],
      },
      next: previous ?? null,
    };
  }
  return { change, next: null };
}

function base(desired: Ready): Omit<Change, 'action' | 'reasons'> {
  const { entry } = desired;
  return {
    tenant: entry.tenant,
    name: entry.name,
    backend: entry.backend,
    fidelity: entry.fidelity,
    features: entry.features,
    ...(desired.gate === undefined ? {} : { gate: desired.gate }),
    before: null,
    after: entry.artifact,
    differences: [],
  };
}

function reasonsOf(previous: PlannedEntry, entry: PlannedEntry, fields: readonly Difference[]): string[] {
  const reasons: string[] = [];
  if (fields.length > 0) reasons.push('declaration changed');
  if (previous.horizon?.fromYear !== entry.horizon?.fromYear || previous.horizon?.toYear !== entry.horizon?.toYear)
    reasons.push('horizon');
  if (previous.zoneDigest !== entry.zoneDigest) reasons.push('zone data');
  const changed = previous.artifact?.digest !== entry.artifact?.digest || previous.artifact?.active !== entry.artifact?.active;
  if (reasons.length === 0 && (changed || previous.launchFile !== entry.launchFile)) reasons.push('installed form changed');
  return reasons;
}

function driftNow({ installed }: Sides, previous: PlannedEntry): readonly Drift[] {
  if (previous.artifact === null) return [];
  return installed === undefined
    ? [{ kind: 'missing', detail: `${printJobKey(previous)} is not in ${previous.backend} any more` }]
    : installed.drift;
}

/** What others put where the job is to go. */
function strangersOf(installed: Installed | undefined): readonly Drift[] {
  return (installed?.drift ?? []).filter(({ kind }) => kind === 'foreign' || kind === 'edited' || kind === 'drop-in');
}

function driftOf(installed: Installed | undefined): { readonly drift?: readonly Drift[] } {
  return installed === undefined || installed.drift.length === 0 ? {} : { drift: installed.drift };
}
