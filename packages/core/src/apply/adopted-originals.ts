import type { Artifact } from '../backend/backend.ts';
import type { AdoptedOriginal } from '../backend/foreign-entry.ts';
import type { Job } from '../job/job.ts';
import { printJobKey } from '../job/job-key.ts';
import type { Change } from '../plan/plan.ts';
import type { AdoptedEntry, Generation } from '../state/generation.ts';
import type { JournalStep } from './journal.ts';
import type { SwitchedOriginal } from './switched-original.ts';

type AnyGeneration = Pick<Generation<Job, Artifact>, 'entries' | 'adopted'> | null;

/** What is off because of adoptions after these changes. Pure. */
export function adoptedEntries(
  before: Generation['adopted'],
  changes: readonly Change[],
): readonly AdoptedEntry<AdoptedOriginal>[] {
  const renamed = new Map(
    changes.flatMap(({ from, tenant, name }) => (from === undefined ? [] : [[from, { tenant, name }] as const])),
  );
  const all = new Map(
    readAdopted(before).map(({ job, original }) => [
      digestedKey(original),
      { job: renamed.get(printJobKey(job)) ?? job, original },
    ]),
  );
  for (const { tenant, name, adopts } of changes)
    if (adopts !== undefined) all.set(digestedKey(adopts), { job: { tenant, name }, original: adopts });
  return [...all.values()];
}

/**
 * The originals that come back when a machine goes from one generation to another: those that the other does not know as adopted. When everything is
 * removed, only those whose job is still installed: what a person dropped later stays gone. Pure.
 */
export function releasedBy(current: AnyGeneration, target: AnyGeneration): readonly AdoptedOriginal[] {
  const kept = new Set(readAdopted(target?.adopted).map(({ original }) => digestedKey(original)));
  const installed = new Set((current?.entries ?? []).map(printJobKey));
  return readAdopted(current?.adopted)
    .filter(({ job, original }) => !kept.has(digestedKey(original)) && (target !== null || installed.has(printJobKey(job))))
    .map(({ original }) => original);
}

/** The originals that go off again. Pure. */
export function retakenBy(current: AnyGeneration, target: AnyGeneration): readonly AdoptedOriginal[] {
  return releasedBy(target === null ? null : target, current ?? { entries: [] });
}

/** One batch for each backend that has originals. Pure. */
export function switchSteps(
  originals: readonly AdoptedOriginal[],
  to: 'on' | 'off',
  mustExist: boolean,
  handledUntil: number,
): readonly JournalStep[] {
  return [...new Set(originals.map(({ backend }) => backend))].map((backend): JournalStep => {
    const own = originals.filter((original) => original.backend === backend);
    const switches = own.map((original) => ({ original, to, mustExist }));
    return { backend, dialect: own[0]?.dialect ?? { name: backend }, changes: [], foreign: { switches, handledUntil } };
  });
}

interface SwitchedInput {
  readonly current: AnyGeneration;
  readonly target: AnyGeneration;
  readonly released: readonly AdoptedOriginal[];
  readonly retaken: readonly AdoptedOriginal[];
  /** Why those stayed off that were to run again, by {@link digestedKey}. */
  readonly leftOff: ReadonlyMap<string, string>;
}

/** What to tell of the originals that changed hands, those that run again first. Pure. */
export function switchedOriginals({ current, target, released, retaken, leftOff }: SwitchedInput): readonly SwitchedOriginal[] {
  const installed = new Set((target?.entries ?? []).map(printJobKey));
  const of = (generation: AnyGeneration, originals: readonly AdoptedOriginal[], state: SwitchedOriginal['state']) => {
    const wanted = new Set(originals.map(digestedKey));
    return readAdopted(generation?.adopted)
      .filter(({ original }) => wanted.has(digestedKey(original)))
      .map(({ job: { tenant, name }, original }) => {
        const { backend, id } = original;
        const why = state === 'on' ? leftOff.get(digestedKey(original)) : undefined;
        if (why !== undefined) return { backend, id, state: 'off' as const, job: { tenant, name }, doubled: false, leftOff: why };
        const doubled = state === 'on' && installed.has(printJobKey({ tenant, name }));
        return { backend, id, state, job: { tenant, name }, doubled };
      });
  };
  return [...of(current, released, 'on'), ...of(target, retaken, 'off')];
}

/** They were written by an apply of ours; state/ does not know their type. */
export function readAdopted(adopted: Generation['adopted']): readonly AdoptedEntry<AdoptedOriginal>[] {
  return (adopted ?? []) as readonly AdoptedEntry<AdoptedOriginal>[];
}

/** Which entry of which backend it is, as it was when it was imported. */
export function digestedKey({ backend, key, digest }: AdoptedOriginal): string {
  return [backend, key, digest].join('\0');
}
