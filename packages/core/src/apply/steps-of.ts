import type { Artifact, BackendChange, Dialect } from '../backend/backend.ts';
import { parseJobKey } from '../job/job-key.ts';
import type { Change } from '../plan/plan.ts';
import type { JournalStep } from './journal.ts';

/**
 * The batches of a plan, one for each backend that has something to do. What leaves a backend comes before what enters one, so that a job that
 * moves is never armed twice. Pure.
 */
export function stepsOf(
  changes: readonly Change[],
  dialects: Readonly<Record<string, Dialect>>,
  handled: number | ((change: Change) => number),
): readonly JournalStep[] {
  const leaving = new Map<string, BackendChange[]>();
  const entering = new Map<string, BackendChange[]>();
  for (const change of changes) {
    if (change.action === 'none') continue;
    const { tenant, name, before, after } = change;
    const handledUntil = typeof handled === 'number' ? handled : handled(change);
    if (change.fromBackend !== undefined || change.from !== undefined) {
      const old = change.from === undefined ? { tenant, name } : parseJobKey(change.from, tenant);
      if (before !== null) add(leaving, change.fromBackend ?? change.backend, { ...old, before, after: null, handledUntil });
      if (after !== null) add(entering, change.backend, { tenant, name, before: null, after, handledUntil });
    } else if (before !== null || after !== null || change.action === 'delete') {
      add(entering, change.backend, { tenant, name, before, after, handledUntil });
    }
  }
  return [...batches(leaving, dialects), ...batches(entering, dialects)];
}

/** What leads from one generation's artifacts to another's. Pure. */
export function changesBetween(
  before: readonly {
    readonly tenant: string;
    readonly name: string;
    readonly backend: string;
    readonly artifact: Artifact | null;
  }[],
  after: readonly {
    readonly tenant: string;
    readonly name: string;
    readonly backend: string;
    readonly artifact: Artifact | null;
  }[],
): readonly Change[] {
  const old = new Map(before.map((entry) => [`${entry.tenant}/${entry.name}`, entry]));
  const fresh = new Map(after.map((entry) => [`${entry.tenant}/${entry.name}`, entry]));
  const changes: Change[] = [];
  for (const id of [...new Set([...old.keys(), ...fresh.keys()])].sort()) {
    const was = old.get(id);
    const is = fresh.get(id);
    const entry = is ?? was;
    if (entry === undefined) continue;
    const same = was !== undefined && is !== undefined && was.backend === is.backend && sameArtifact(was.artifact, is.artifact);
    const moved = was !== undefined && is !== undefined && was.backend !== is.backend;
    changes.push({
      tenant: entry.tenant,
      name: entry.name,
      action: same ? 'none' : moved ? 'move' : was === undefined ? 'create' : is === undefined ? 'delete' : 'update',
      backend: entry.backend,
      ...(moved ? { fromBackend: was.backend } : {}),
      fidelity: null,
      features: {},
      reasons: [],
      before: was?.artifact ?? null,
      after: is?.artifact ?? null,
      differences: [],
    });
  }
  return changes;
}

function sameArtifact(a: Artifact | null, b: Artifact | null): boolean {
  return a?.digest === b?.digest && a?.active === b?.active;
}

function add(batch: Map<string, BackendChange[]>, backend: string, change: BackendChange): void {
  const changes = batch.get(backend);
  if (changes === undefined) batch.set(backend, [change]);
  else changes.push(change);
}

function batches(batch: Map<string, BackendChange[]>, dialects: Readonly<Record<string, Dialect>>): JournalStep[] {
  return [...batch].map(([backend, changes]) => ({ backend, dialect: dialects[backend] ?? { name: backend }, changes }));
}
