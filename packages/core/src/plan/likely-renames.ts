import type { Finding } from '../backend/backend.ts';
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
  const deleted = keysOf('delete');
  // Most plans let nothing go, and then nothing is compared.
  if (deleted.size === 0) return [];
  const created = keysOf('create');
  const gone = byDeeds([...previous].flatMap(([id, entry]) => (deleted.has(id) ? [entry] : [])));
  const come = byDeeds(entries.filter((entry) => created.has(printJobKey(entry))));
  return [...come].flatMap(([deeds, [entry, ...alike]]) => {
    const [old, ...others] = gone.get(deeds) ?? [];
    if (entry === undefined || old === undefined || alike.length + others.length > 0) return [];
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

/** By all but what somebody who renames a job changes beside its name. */
function byDeeds(entries: readonly PlannedEntry[]): ReadonlyMap<string, readonly PlannedEntry[]> {
  const found = new Map<string, PlannedEntry[]>();
  for (const entry of entries) {
    const { tenant: _, name: __, labels: ___, annotations: ____, source: _____, ...deeds } = entry.job;
    const text = canonicalJson(deeds);
    const same = found.get(text);
    if (same === undefined) found.set(text, [entry]);
    else same.push(entry);
  }
  return found;
}
