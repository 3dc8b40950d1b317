import type { JobKey } from '../job/job.ts';
import { printJobKey } from '../job/job-key.ts';
import type { RunRecord, RunStatus } from '../run/record/run-record.ts';
import type { Zone } from '../schedule/zone/zone.ts';
import type { JobPast, ReportMonth, ReportRun } from './report.ts';

/** The month, and each job's part in it by `tenant/name`. */
export interface PastMonth {
  readonly month: ReportMonth;
  readonly jobs: ReadonlyMap<string, JobPast>;
  /** Median length of the runs that ended well, in whole seconds, where there are any. */
  readonly usualSeconds: ReadonlyMap<string, number>;
}

const day = 86_400;
const monthDays = 30;
const shown = { recentRuns: 8, failures: 100 };

/** How a run ended, as far as a chart goes: a skipped or cancelled one is neither good nor bad. */
const outcomes: Readonly<Record<RunStatus, 'ok' | 'bad' | 'none'>> = {
  success: 'ok',
  failure: 'bad',
  timeout: 'bad',
  interrupted: 'bad',
  skipped: 'none',
  cancelled: 'none',
};

interface Tally {
  runs: number;
  failures: number;
  skipped: number;
  readonly lengths: number[];
  readonly ok: number[];
  readonly bad: number[];
  readonly lengthsPerDay: number[][];
  readonly recent: ReportRun[];
}

/** When the month of a report begins: the local midnight 29 days before that of `now`. Seconds since the epoch. Pure. */
export function monthStart(now: number, zone: Zone): number {
  const first = localDay(now, zone) - monthDays + 1;
  const guess = first * day - zone.offsetAt(first * day);
  return first * day - zone.offsetAt(guess);
}

/**
 * The runs of the past month, summed up by job and by day of the machine's zone. Pure. Records come the latest first; those that began before
 * the month are left out.
 */
export function pastMonth(keys: readonly JobKey[], records: Iterable<RunRecord>, now: number, zone: Zone): PastMonth {
  const lastDay = localDay(now, zone);
  const firstDay = lastDay - monthDays + 1;
  const tallies = new Map(keys.map((key) => [printJobKey(key), newTally()] as const));
  const byStatus: Record<RunStatus, number> = {
    success: 0,
    failure: 0,
    timeout: 0,
    skipped: 0,
    cancelled: 0,
    interrupted: 0,
  };
  const failures: (JobKey & ReportRun)[] = [];
  for (const record of records) {
    const tally = tallies.get(printJobKey(record));
    const index = localDay(Date.parse(record.startedAt) / 1000, zone) - firstDay;
    if (tally === undefined || !(index >= 0)) continue;
    byStatus[record.status]++;
    count(tally, record, Math.min(index, monthDays - 1));
    if (outcomes[record.status] === 'bad' && failures.length < shown.failures)
      failures.push({ tenant: record.tenant, name: record.name, ...reportRun(record) });
  }
  const jobs = new Map([...tallies].map(([key, tally]) => [key, pastOf(tally)] as const));
  const usual = [...jobs].flatMap(([key, { medianMs }]) =>
    medianMs === null ? [] : [[key, Math.round(medianMs / 1000)] as const],
  );
  return {
    jobs,
    usualSeconds: new Map(usual),
    month: {
      days: Array.from({ length: monthDays }, (_, index) => new Date((firstDay + index) * day * 1000).toISOString().slice(0, 10)),
      runs: [...jobs.values()].reduce((sum, { runs }) => sum + runs, 0),
      byStatus,
      okPerDay: sumOf([...tallies.values()].map(({ ok }) => ok)),
      badPerDay: sumOf([...tallies.values()].map(({ bad }) => bad)),
      failures,
    },
  };
}

/** What the report shows of a run. */
export function reportRun(run: ReportRun): ReportRun {
  const { runId, startedAt, status, exitCode, signal, reason, durationMs, attempts } = run;
  return { runId, startedAt, status, exitCode, signal, reason, durationMs, attempts };
}

function newTally(): Tally {
  const zeros = (): number[] => new Array<number>(monthDays).fill(0);
  return {
    runs: 0,
    failures: 0,
    skipped: 0,
    lengths: [],
    ok: zeros(),
    bad: zeros(),
    lengthsPerDay: [],
    recent: [],
  };
}

function count(tally: Tally, record: RunRecord, index: number): void {
  if (tally.recent.length < shown.recentRuns) tally.recent.push(reportRun(record));
  if (record.status === 'skipped') {
    tally.skipped++;
    return;
  }
  tally.runs++;
  const outcome = outcomes[record.status];
  if (outcome === 'ok') {
    tally.lengths.push(record.durationMs);
    tally.ok[index] = (tally.ok[index] ?? 0) + 1;
  }
  if (outcome === 'bad') {
    tally.failures++;
    tally.bad[index] = (tally.bad[index] ?? 0) + 1;
  }
  const lengths = tally.lengthsPerDay[index];
  if (lengths === undefined) tally.lengthsPerDay[index] = [record.durationMs];
  else lengths.push(record.durationMs);
}

function pastOf({ runs, failures, skipped, lengths, ok, bad, lengthsPerDay, recent }: Tally): JobPast {
  const sorted = Float64Array.from(lengths).sort();
  const at = (share: number): number | null => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
  return {
    runs,
    failures,
    skipped,
    medianMs: at(0.5),
    p95Ms: at(0.95),
    longestMs: at(1),
    okPerDay: runs === 0 ? [] : ok,
    badPerDay: runs === 0 ? [] : bad,
    medianPerDay: runs === 0 ? [] : Array.from({ length: monthDays }, (_, index) => median(lengthsPerDay[index] ?? [])),
    recent,
  };
}

function median(values: readonly number[]): number {
  if (values.length < 2) return values[0] ?? 0;
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function localDay(at: number, zone: Zone): number {
  return Math.floor((at + zone.offsetAt(at)) / day);
}

function sumOf(lists: readonly (readonly number[])[]): readonly number[] {
  const sum = new Array<number>(monthDays).fill(0);
  for (const list of lists) {
    for (const [index, value] of list.entries()) sum[index] = (sum[index] ?? 0) + value;
  }
  return sum;
}
