import { printJobKey } from '../job/job-key.ts';
import type { PlannedEntry } from '../plan/plan.ts';
import { instantText } from '../run/record/instant-text.ts';
import type { RunRecord } from '../run/record/run-record.ts';
import { describeCron } from '../schedule/cron/describe-cron.ts';
import type { Schedule } from '../schedule/schedule.ts';
import type { Zone } from '../schedule/zone/zone.ts';
import type { JobStatus } from '../status/job-status.ts';
import { findAttention, type OtherFacts } from './find-attention.ts';
import { monthStart, pastMonth, reportRun } from './past-month.ts';
import type { JobPast, Report, ReportBundle, ReportJob, ReportSection, ReportZone } from './report.ts';
import { type WeekAhead, weekAhead } from './week-ahead.ts';

/** One installed job with all that is known of it. */
export interface JobFacts {
  readonly entry: PlannedEntry;
  readonly status: JobStatus;
  /** `undefined` for events. */
  readonly schedule: Schedule | undefined;
  /** The end of what its last run wrote, where that failed. */
  readonly output: string | null;
}

/** All that a report is made from. */
export interface ReportFacts extends OtherFacts {
  /** Seconds since the epoch. */
  readonly now: number;
  readonly host: string;
  readonly namespace: string;
  /** The machine's own. */
  readonly zone: Zone;
  readonly labels: Readonly<Record<string, string>>;
  /** By tenant and name. */
  readonly jobs: readonly JobFacts[];
  /** The latest first; at least those of the past thirty days. */
  readonly records: Iterable<RunRecord>;
  readonly bundles: readonly ReportBundle[];
  readonly sections: readonly ReportSection[];
}

const shownAnnotations = ['owner', 'oncall', 'docs'];

/** The data of a report. Pure: the same facts give the same report. */
export function buildReport(facts: ReportFacts): Report {
  const { now, zone, jobs } = facts;
  const past = pastMonth(
    jobs.map(({ entry }) => entry),
    facts.records,
    now,
    zone,
  );
  const ahead = weekAhead(
    jobs.flatMap(({ entry, schedule }) => {
      if (schedule === undefined || entry.job.paused) return [];
      const usualSeconds = past.usualSeconds.get(printJobKey(entry));
      return [{ tenant: entry.tenant, name: entry.name, schedule, ...(usualSeconds === undefined ? {} : { usualSeconds }) }];
    }),
    now,
    zone,
  );
  const parts = {
    generatedAt: instantText(now),
    week: ahead.week,
    jobs: jobs.map((job) => reportJob(job, ahead, past.jobs)),
    bundles: facts.bundles,
    sections: facts.sections,
  };
  return {
    formatVersion: 1,
    ...parts,
    host: facts.host,
    namespace: facts.namespace,
    timezone: zone.name,
    labels: facts.labels,
    zones: zonesOf(facts),
    attention: findAttention(parts, facts),
    month: past.month,
  };
}

function reportJob(
  { entry, status, schedule, output }: JobFacts,
  ahead: WeekAhead,
  past: ReadonlyMap<string, JobPast>,
): ReportJob {
  const key = printJobKey(entry);
  const { job } = entry;
  const annotations = Object.entries(job.annotations).filter(([name]) => shownAnnotations.includes(name));
  const found = past.get(key);
  if (found === undefined) throw new Error(`no past of ${key}`);
  return {
    ...status,
    lastRun: status.lastRun === null ? null : reportRun(status.lastRun),
    description: schedule === undefined ? null : describeCron(schedule.calendar),
    labels: job.labels,
    annotations: Object.fromEntries(annotations),
    features: entry.features,
    ahead: ahead.jobs.get(key) ?? null,
    past: found,
    output,
  };
}

/** The offsets of every zone that a time on the page is shown in, from the zone data that the jobs go by. */
function zonesOf({ jobs, zone, now }: ReportFacts): Readonly<Record<string, ReportZone>> {
  const zones = new Map([zone, ...jobs.flatMap(({ schedule }) => schedule?.zone ?? [])].map((each) => [each.name, each]));
  // Last runs may be older; for them the first offset has to do.
  const from = monthStart(now, zone) - 86_400;
  const to = now + 400 * 86_400;
  return Object.fromEntries(
    [...zones.values()].map((each) => [
      each.name,
      {
        offsets: [
          { from: instantText(from), seconds: each.offsetAt(from) },
          ...each.changesBetween(from + 1, to).map(({ at, offsetAfter }) => ({ from: instantText(at), seconds: offsetAfter })),
        ],
      },
    ]),
  );
}
