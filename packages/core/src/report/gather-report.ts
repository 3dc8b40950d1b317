import { readMaintenance } from '../apply/maintenance-report.ts';
import type { Backend, Finding } from '../backend/backend.ts';
import type { Host } from '../host/host.ts';
import { printJobKey } from '../job/job-key.ts';
import type { PlannedEntry } from '../plan/plan.ts';
import { readRecords } from '../run/record/read-records.ts';
import { hostZone } from '../schedule/zone/host-zone.ts';
import { namespaceLayout } from '../state/layout.ts';
import type { JobStatus } from '../status/job-status.ts';
import { installedSchedule, readInstalled } from '../status/read-installed.ts';
import { readLogs } from '../status/read-logs.ts';
import { readStatus } from '../status/read-status.ts';
import { readSyncStatus } from '../sync/sync-status.ts';
import { buildReport } from './build-report.ts';
import { gatherBundles } from './gather-bundles.ts';
import { monthStart } from './past-month.ts';
import type { Report, ReportSection } from './report.ts';

/** What a report is to show. */
export interface ReportOptions {
  /** Only jobs with all of these labels. @default all jobs */
  readonly labels?: Readonly<Record<string, string>>;
  /** Show the end of the output of runs that failed. @default true */
  readonly output?: boolean;
  /** What may take long to read, from an earlier report: it is not read anew. @default read */
  readonly known?: Pick<Report, 'bundles' | 'sections'>;
}

/** Where a report is read. */
export interface ReportPlace {
  readonly host: Host;
  readonly backends: readonly Backend[];
  readonly namespace: string;
  /** What plugins say of themselves. */
  readonly readSections: () => Promise<readonly ReportSection[]>;
}

const shownOutput = { jobs: 20, lines: 15, characters: 4000 };

/** Reads all that a report shows, and changes nothing. @throws ROTA_STATE_DAMAGED */
export async function gatherReport(place: ReportPlace, options: ReportOptions = {}): Promise<Report> {
  const { host, backends, namespace } = place;
  const labels = options.labels ?? {};
  const now = Math.floor(host.now() / 1000);
  const zone = hostZone(host, 'local');
  const entries = readInstalled(host, namespace, { labels });
  const statuses = new Map(
    (await readStatus(host, backends, namespace, { labels })).map((status) => [printJobKey(status), status]),
  );
  const known = entries.flatMap((entry) => {
    const status = statuses.get(printJobKey(entry));
    return status === undefined ? [] : [{ entry, status }];
  });
  const outputs = options.output === false ? new Map<string, string>() : await outputsOf(host, backends, namespace, known);
  return buildReport({
    now,
    host: host.hostname,
    namespace,
    zone,
    labels,
    jobs: known.map(({ entry, status }) => ({
      entry,
      status,
      schedule: installedSchedule(host, entry),
      output: outputs.get(printJobKey(entry)) ?? null,
    })),
    records: readRecords(namespaceLayout(host.stateDir, namespace), {
      since: monthStart(now, zone),
      only: new Set(entries.map(printJobKey)),
    }),
    bundles: options.known?.bundles ?? (await gatherBundles(host, namespace, entries, Object.keys(labels).length === 0)),
    sections: options.known?.sections ?? (await sectionsOf(place)),
    findings: await findingsOf(host, backends, entries),
    sync: readSyncStatus(host, namespace),
    maintenance: readMaintenance(host),
  });
}

async function sectionsOf({ readSections }: ReportPlace): Promise<readonly ReportSection[]> {
  return (await readSections()).map(({ plugin, title, state, summary, facts }) => ({ plugin, title, state, summary, facts }));
}

async function findingsOf(
  host: Host,
  backends: readonly Backend[],
  entries: readonly PlannedEntry[],
): Promise<readonly Finding[]> {
  const used = new Set(entries.map(({ backend }) => backend));
  const found = await Promise.all(
    backends.filter(({ name }) => used.has(name)).map(async (backend) => (await backend.detect(host)).findings),
  );
  return found.flat();
}

/** The end of what failed runs wrote. An output that cannot be read is left out: the page says what failed all the same. */
async function outputsOf(
  host: Host,
  backends: readonly Backend[],
  namespace: string,
  jobs: readonly { readonly entry: PlannedEntry; readonly status: JobStatus }[],
): Promise<ReadonlyMap<string, string>> {
  const failed = jobs.filter(({ status }) => status.state === 'failed' && status.lastRun !== null).slice(0, shownOutput.jobs);
  const outputs = new Map<string, string>();
  for (const { entry, status } of failed) {
    try {
      const log = await readLogs(host, backends, namespace, entry, { runId: status.lastRun?.runId, lines: shownOutput.lines });
      if (log.trim() !== '') outputs.set(printJobKey(entry), log.slice(-shownOutput.characters));
    } catch {
      // The scheduler keeps none that this user can read.
    }
  }
  return outputs;
}
