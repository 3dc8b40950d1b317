import type { Backend, Installed, NativeState } from '../backend/backend.ts';
import { isRotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import { printJobKey } from '../job/job-key.ts';
import type { PlannedEntry } from '../plan/plan.ts';
import { readJobState } from '../run/admit/job-state.ts';
import { recordUnbegunRuns } from '../run/admit/unbegun-runs.ts';
import { readRecords } from '../run/record/read-records.ts';
import type { RunRecord } from '../run/record/run-record.ts';
import type { Schedule } from '../schedule/schedule.ts';
import { namespaceLayout } from '../state/layout.ts';
import { isAlive } from '../state/process-identity.ts';
import type { JobStatus } from './job-status.ts';
import { installedSchedule, type JobFilter, readInstalled } from './read-installed.ts';
import { statusOf } from './status-of.ts';
import { toRun } from './to-run.ts';

/** The status of the installed jobs of a namespace, sorted by tenant and name. */
export async function readStatus(
  host: Host,
  backends: readonly Backend[],
  namespace: string,
  filter: JobFilter = {},
): Promise<readonly JobStatus[]> {
  const layout = namespaceLayout(host.stateDir, namespace);
  recordUnbegunRuns(host.files, layout, host.now());
  const entries = readInstalled(host, namespace, filter);
  const latest = latestRecords(host, namespace, entries);
  const installed = new Map<string, Installed>();
  const native = new Map<string, NativeState>();
  for (const backend of backends) {
    const own = entries.filter((entry) => entry.backend === backend.name && entry.artifact !== null);
    if (own.length === 0) continue;
    const expected = new Map(
      own.flatMap((entry) => (entry.artifact === null ? [] : [[printJobKey(entry), entry.artifact] as const])),
    );
    for (const entry of await backend.list(host, { namespace, expected })) installed.set(printJobKey(entry), entry);
    for (const [key, state] of (await backend.state?.(host, namespace, own)) ?? []) native.set(key, state);
  }
  return entries.map((entry) => {
    const key = printJobKey(entry);
    const schedule = unlessZoneIsMissing(() => installedSchedule(host, entry));
    const record = latest.get(key);
    return statusOf({
      job: entry.job,
      backend: entry.backend,
      fidelity: entry.fidelity,
      hasEntry: entry.artifact !== null,
      schedule,
      installed: installed.get(key),
      native: native.get(key),
      running: readJobState(host.files, layout, entry).claims.some((claim) => isAlive(host.files, claim.owner)),
      lastRun: record === undefined ? null : toRun(record, schedule),
      now: Math.floor(host.now() / 1000),
    });
  });
}

/** A status is read when something is wrong, so a zone that is gone keeps nobody from it; `rota doctor` tells of it. */
function unlessZoneIsMissing(read: () => Schedule | undefined): Schedule | undefined {
  try {
    return read();
  } catch (error) {
    if (isRotaError(error) && (error.code === 'ROTA_ZONE_UNKNOWN' || error.code === 'ROTA_ZONE_DATA')) return undefined;
    throw error;
  }
}

/** The newest record of each job, reading no further back than needed. A skipped run is no outcome, so an older one that ran is preferred. */
function latestRecords(host: Host, namespace: string, entries: readonly PlannedEntry[]): ReadonlyMap<string, RunRecord> {
  const wanted = new Set(entries.map(printJobKey));
  const found = new Map<string, RunRecord>();
  const skipped = new Map<string, RunRecord>();
  for (const record of readRecords(namespaceLayout(host.stateDir, namespace), { only: wanted })) {
    const key = printJobKey(record);
    if (!wanted.has(key)) continue;
    if (record.status === 'skipped') {
      if (!skipped.has(key)) skipped.set(key, record);
      continue;
    }
    found.set(key, record);
    wanted.delete(key);
    if (wanted.size === 0) break;
  }
  for (const [key, record] of skipped) if (!found.has(key)) found.set(key, record);
  return found;
}
