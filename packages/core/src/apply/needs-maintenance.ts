import type { Host } from '../host/host.ts';
import type { PlannedEntry } from '../plan/plan.ts';
import { parseCron } from '../schedule/cron/parse-cron.ts';
import { hostZone } from '../schedule/zone/host-zone.ts';

/** Records a year from which on retention has something to do: its limits are 100,000 records and 64 MiB. */
const manyRecords = 50_000;

/**
 * Whether any of these needs what only passing time brings: dated lines, messages that could not be sent, runs that did not come, captures that were
 * cut off, history.
 */
export function needsMaintenance(host: Pick<Host, 'now' | 'timezone' | 'zoneRoots'>, entries: readonly PlannedEntry[]): boolean {
  const fixed = new Set<string>();
  let recordsAYear = 0;
  for (const { job } of entries) {
    if (job.checkin?.enabled || job.alerts !== undefined) return true;
    if (job.state !== undefined) return true;
    if (job.trigger.kind !== 'schedule') continue;
    const { timezone } = job.trigger;
    if (!fixed.has(timezone) && changesItsClock(host, timezone)) return true;
    fixed.add(timezone);
    recordsAYear += firesAYear(job.trigger.expression);
  }
  return recordsAYear > manyRecords;
}

/** At most, and cheaply: thousands of jobs are asked at every apply. */
function firesAYear(expression: string): number {
  const { minute, hour, month } = parseCron(expression);
  return minute.values.length * hour.values.length * month.values.length * 30.5;
}

function changesItsClock(host: Pick<Host, 'now' | 'timezone' | 'zoneRoots'>, name: string): boolean {
  const now = Math.floor(host.now() / 1000);
  return hostZone(host, name).changesBetween(now, now + 3 * 366 * 86_400).length > 0;
}
