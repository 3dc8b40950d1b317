import type { Host } from '../host/host.ts';
import { printJobKey } from '../job/job-key.ts';
import { recordUnbegunRuns } from '../run/admit/unbegun-runs.ts';
import { readRecords } from '../run/record/read-records.ts';
import type { RunRecord } from '../run/record/run-record.ts';
import { namespaceLayout } from '../state/layout.ts';
import { installedSchedule, type JobFilter, readInstalled } from './read-installed.ts';
import { toRun } from './to-run.ts';

/** Which records, and how many. */
export interface HistoryFilter extends JobFilter {
  /** At most this many, the latest. @default 100 */
  readonly limit?: number;
  /** Only runs that ended at or after this instant, seconds since the epoch. */
  readonly since?: number;
  /** Told of every line that is not a record. */
  readonly onDamaged?: (line: string) => void;
}

/** Run records of a namespace, the latest first. Without a filter, those of jobs that are gone are among them. */
export function readHistory(host: Host, namespace: string, filter: HistoryFilter = {}): readonly RunRecord[] {
  const narrowed = filter.job !== undefined || filter.labels !== undefined;
  const installed = new Map(readInstalled(host, namespace, narrowed ? filter : {}).map((entry) => [printJobKey(entry), entry]));
  const records: RunRecord[] = [];
  const layout = namespaceLayout(host.stateDir, namespace);
  recordUnbegunRuns(host.files, layout, host.now());
  const options = {
    ...(filter.since === undefined ? {} : { since: filter.since }),
    ...(filter.onDamaged === undefined ? {} : { onDamaged: filter.onDamaged }),
  };
  for (const record of readRecords(layout, options)) {
    const entry = installed.get(printJobKey(record));
    if (narrowed && entry === undefined) continue;
    if (filter.since !== undefined && Date.parse(record.endedAt) / 1000 < filter.since) continue;
    records.push({ ...record, scheduledAt: toRun(record, entry && installedSchedule(host, entry)).scheduledAt });
    if (records.length >= (filter.limit ?? 100)) break;
  }
  return records;
}
