import type { Finding } from '../backend/backend.ts';
import type { Job } from '../job/job.ts';
import { printJobKey } from '../job/job-key.ts';
import { canonicalJson } from '../state/digest.ts';
import type { Change, PlannedEntry } from './plan.ts';

/**
 * A job that goes beside one that comes and does the same at the same times is most likely one job with a new name: without `moved` its history stays with
 * the old name, and a run that it was to catch up on is lost. Says so where there is only one such pair. Pure.
 */
export function likelyRenames(
  changes: readonly Change[],
  previous: ReadonlyMap<string, PlannedEntry>,
  entries: readonly PlannedEntry[],
): readonly Finding[] {
  const keysOf = (action: Change['action']): ReadonlySet<string> =>
    new Set(changes.filter((change) => change.action === action).map(printJobKey));
  const [deleted, created] = [keysOf('delete'), keysOf('create')];
  const gone = [...previous].flatMap(([id, entry]) => (deleted.has(id) ? [entry] : []));
  const come = entries.filter((entry) => created.has(printJobKey(entry)));
  const byDeeds = new Map<string, PlannedEntry[]>();
  for (const entry of [...gone, ...come]) {
    const deeds = deedsOf(entry.job);
    const same = byDeeds.get(deeds);
    if (same === undefined) byDeeds.set(deeds, [entry]);
    else same.push(entry);
  }
  return come.flatMap((entry) => {
    const [old, ...others] = byDeeds.get(deedsOf(entry.job)) ?? [];
    // Those that go come first: one pair is one of them, and this one.
    if (old === undefined || !deleted.has(printJobKey(old)) || others.length !== 1) return [];
    const [from, to] = [printJobKey(old), printJobKey(entry)];
    return [
      {
        severity: 'warning',
        message: `${from} goes, and ${to} does the same: if it is the same job with another name, its history would be lost to it.`,
        remedy: `Keep it, in the config: moved: [{from: ${from}, to: ${to}}]`,
      },
    ];
  });
}

/** All but what somebody who renames a job changes beside its name. */
function deedsOf({ tenant: _, name: __, labels: ___, annotations: ____, source: _____, ...deeds }: Job): string {
  return canonicalJson(deeds);
}
