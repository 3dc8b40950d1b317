import { printJobKey } from '../job/job-key.ts';
import type { Comparison } from './compare-entries.ts';
import type { PlannedEntry } from './plan.ts';

/** One renaming, as it is declared: `tenant/name` before and after. */
export interface MovedDeclaration {
  readonly from: string;
  readonly to: string;
}

/**
 * Which installed job each newly declared one is, by the declared moves: the new name is not installed, the old one is and is not declared any more. Moves
 * follow each other, so that a job that was renamed twice is found on a host that was away. Pure.
 *
 * @returns the old entry by the new name
 */
export function movedEntries(
  moved: readonly MovedDeclaration[],
  previous: ReadonlyMap<string, PlannedEntry>,
  declared: ReadonlySet<string>,
): ReadonlyMap<string, PlannedEntry> {
  const found = new Map<string, PlannedEntry>();
  const taken = new Set<string>();
  for (const to of declared) {
    if (previous.has(to)) continue;
    const seen = new Set([to]);
    for (let names = [to]; names.length > 0 && !found.has(to); ) {
      names = moved.filter((move) => names.includes(move.to) && !seen.has(move.from)).map(({ from }) => from);
      for (const name of names) {
        seen.add(name);
        const entry = previous.get(name);
        if (entry === undefined || declared.has(name) || taken.has(name) || found.has(to)) continue;
        found.set(to, entry);
        taken.add(name);
      }
    }
  }
  return found;
}

/** The step of a job that keeps its past under another name. One that was edited by hand waits, as ever. Pure. */
export function movedChange(result: Comparison, before: PlannedEntry): Comparison {
  const { change, next } = result;
  const from = printJobKey(before);
  if (next === before) {
    return { next, change: { ...change, reasons: [`moved from ${from}; waits for --repair`] } };
  }
  return {
    next,
    change: {
      ...change,
      action: 'move',
      from,
      reasons: [`moved from ${from}`, ...change.reasons.filter((reason) => reason !== 'declaration changed')],
      before: before.artifact,
      differences: change.differences.filter(({ path }) => path !== 'name' && path !== 'tenant'),
    },
  };
}
