import type { Dependency, JobKey } from '../../job/job.ts';
import type { NamespaceLayout } from '../../state/layout.ts';
import { readRecords } from '../record/read-records.ts';
import type { RunRecord } from '../record/run-record.ts';
import { clockChange } from './job-state.ts';

/** Why a job that others must have gone before must not run now, or `null`. Only what really ran counts; the record log alone is asked. */
export function unmetDependency(layout: NamespaceLayout, dependsOn: readonly Dependency[], nowMs: number): string | null {
  const last = lastRuns(
    layout,
    dependsOn.map((dependency) => dependency.job),
  );
  for (const { job, withinMs } of dependsOn) {
    const record = last.get(label(job));
    if (record === undefined) return `${label(job)} has not run yet.`;
    if (record.status !== 'success') return `The last run of ${label(job)} ended in ${record.status}.`;
    if (withinMs === undefined) continue;
    const ageMs = nowMs - Date.parse(record.endedAt);
    if (ageMs > withinMs) return `The last success of ${label(job)} is older than ${withinMs / 1000} s.`;
    // The clock was set back since: how old it is, nobody knows.
    if (-ageMs >= clockChange * 1000)
      return `The last success of ${label(job)} was recorded at ${record.endedAt}, which is still to come.`;
  }
  return null;
}

function lastRuns(layout: NamespaceLayout, jobs: readonly JobKey[]): ReadonlyMap<string, RunRecord> {
  const wanted = new Set(jobs.map(label));
  const last = new Map<string, RunRecord>();
  for (const record of readRecords(layout, { only: wanted })) {
    const key = label(record);
    if (record.status === 'skipped' || !wanted.has(key) || last.has(key)) continue;
    last.set(key, record);
    if (last.size === wanted.size) break;
  }
  return last;
}

function label(job: JobKey): string {
  return `${job.tenant}/${job.name}`;
}
