import type { Finding } from '../backend/backend.ts';
import { printJobKey } from '../job/job-key.ts';
import { differences } from './differences.ts';
import type { Change, PlannedEntry } from './plan.ts';

/** What somebody who renames a job changes beside its name. */
const told = /^(tenant|name|labels|annotations)(\.|$)/;

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
  const isLike = (a: PlannedEntry, b: PlannedEntry): boolean => differences(a.job, b.job).every(({ path }) => told.test(path));
  return come.flatMap((entry) => {
    const [old, ...others] = gone.filter((candidate) => isLike(candidate, entry));
    if (old === undefined || others.length > 0 || come.some((other) => other !== entry && isLike(old, other))) return [];
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
