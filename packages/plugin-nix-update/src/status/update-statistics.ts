import type { FailureClass } from '../failure.ts';
import { heldUpInARow } from '../record/held-up.ts';
import type { UpdateReport, UpdateStatus } from '../report.ts';

/** Sums over the runs that are remembered. */
export interface UpdateStatistics {
  readonly runs: number;
  readonly byStatus: Readonly<Partial<Record<UpdateStatus, number>>>;
  readonly byClass: Readonly<Partial<Record<FailureClass, number>>>;
  /** Of the runs that updated something, in milliseconds; `null` when there are none. */
  readonly medianDurationMs: number | null;
  /** Failures since the last run that ended well. */
  readonly failuresInARow: number;
  /** How many of the last runs, without another between them, were put off by another switch of the machine. */
  readonly heldUpInARow: number;
}

/** Pure. */
export function updateStatistics(reports: readonly UpdateReport[]): UpdateStatistics {
  const durations = reports
    .filter(({ status, kind }) => status === 'updated' && kind === 'update')
    .map(({ startedAt, endedAt }) => Date.parse(endedAt) - Date.parse(startedAt))
    .sort((a, b) => a - b);
  const lastGood = reports.findLastIndex(({ status }) => status === 'updated' || status === 'unchanged');
  return {
    runs: reports.length,
    byStatus: counts(reports.map(({ status }) => status)),
    byClass: counts(reports.flatMap(({ failure }) => (failure === null ? [] : [failure.class]))),
    medianDurationMs: durations[Math.floor(durations.length / 2)] ?? null,
    failuresInARow: reports.slice(lastGood + 1).filter(({ status }) => status !== 'deferred').length,
    heldUpInARow: heldUpInARow(reports),
  };
}

function counts<K extends string>(keys: readonly K[]): Partial<Record<K, number>> {
  const sums: Partial<Record<K, number>> = {};
  for (const key of keys) sums[key] = (sums[key] ?? 0) + 1;
  return sums;
}
