import * as v from 'valibot';
import { features, fidelity, formatVersion, instant, jobKey, notStarted, run } from './parts.ts';

const text = (description: string) => v.pipe(v.string(), v.description(description));
const counts = (description: string) => v.pipe(v.array(v.number()), v.description(description));
const labels = v.record(v.string(), v.string());

const { runId, startedAt, status, exitCode, signal, reason, durationMs, attempts } = run.entries;
const reportRun = { runId, startedAt, status, exitCode, signal, reason, durationMs, attempts };

const ahead = v.object({
  starts: v.number(),
  next: v.pipe(v.array(instant), v.description('The first of them that are still to come.')),
  startsPerHour: counts('One for each hour of the week; empty when there are none.'),
  collidingPerHour: counts('Starts that share their minute with another job; empty when there are none.'),
  colliding: v.number(),
});

const past = v.object({
  runs: v.pipe(v.number(), v.description('Skipped ones are not among them.')),
  failures: v.number(),
  skipped: v.number(),
  medianMs: v.pipe(v.nullable(v.number()), v.description('Of the runs that ended well, as the next two.')),
  p95Ms: v.nullable(v.number()),
  longestMs: v.nullable(v.number()),
  okPerDay: counts('One for each of `month.days`; empty when there were no runs.'),
  badPerDay: counts('The same for failures, time-outs and interruptions.'),
  medianPerDay: counts('Median length of the runs of each day in milliseconds, 0 for a day without.'),
  recent: v.array(v.object(reportRun)),
});

const job = v.object({
  ...jobKey,
  backend: v.string(),
  schedule: v.string(),
  timezone: v.nullable(v.string()),
  description: v.pipe(v.nullable(v.string()), v.description('The schedule in plain English; null for events.')),
  state: v.picklist(['waiting', 'running', 'paused', 'disabled', 'failed', 'missing', 'drifted']),
  nextRun: v.nullable(instant),
  lastRun: v.nullable(v.object(reportRun)),
  failure: notStarted,
  fidelity: v.nullable(fidelity),
  features,
  labels,
  annotations: labels,
  ahead: v.pipe(v.nullable(ahead), v.description('null for jobs that start at an event, and for paused ones.')),
  past,
  output: v.pipe(v.nullable(v.string()), v.description('The end of what the last run wrote, where it failed.')),
});

const clockChange = v.object({
  timezone: v.string(),
  at: instant,
  offsetBefore: v.pipe(v.number(), v.description('Seconds east of UTC.')),
  offsetAfter: v.number(),
  jobs: v.array(v.object({ ...jobKey, starts: v.number(), usualStarts: v.number(), atTheJump: v.boolean() })),
});

const week = v.object({
  from: instant,
  to: instant,
  starts: v.number(),
  startsPerHour: counts('Of all jobs.'),
  collidingPerHour: counts('Of all jobs.'),
  collidingMinutes: v.pipe(v.number(), v.description('Minutes with more than one start.')),
  busiest: v.nullable(v.object({ hour: instant, starts: v.number() })),
  collisions: v.pipe(
    v.array(
      v.object({
        jobs: v.pipe(v.array(v.object(jobKey)), v.description('The first twelve.')),
        jobCount: v.number(),
        times: v.number(),
        first: instant,
      }),
    ),
    v.description('The fifty most frequent.'),
  ),
  overruns: v.array(v.object({ ...jobKey, times: v.number(), first: instant, usualSeconds: v.number() })),
  clockChanges: v.array(clockChange),
});

const month = v.object({
  days: v.pipe(v.array(v.string()), v.description('YYYY-MM-DD by the zone of the machine; today is the last.')),
  runs: v.number(),
  byStatus: v.record(v.string(), v.number()),
  okPerDay: counts('Of all jobs.'),
  badPerDay: counts('Of all jobs.'),
  failures: v.pipe(v.array(v.object({ ...jobKey, ...reportRun })), v.description('The latest hundred.')),
});

const bundle = v.object({
  ...jobKey,
  place: text('Where they are kept.'),
  count: v.number(),
  latest: v.nullable(
    v.object({
      id: v.string(),
      createdAt: instant,
      outcome: v.picklist(['ok', 'partial']),
      size: v.number(),
      encrypted: v.boolean(),
    }),
  ),
  verified: v.pipe(
    v.nullable(v.object({ id: v.string(), level: v.number(), at: instant })),
    v.description('The proof of the newest bundle that has one.'),
  ),
  problem: v.optional(text('Why nothing is known, when nothing is.')),
});

const report = v.object({
  formatVersion,
  generatedAt: instant,
  host: v.string(),
  namespace: v.string(),
  timezone: text("The machine's own zone."),
  labels: v.pipe(labels, v.description('Only jobs with these.')),
  zones: v.pipe(
    v.record(v.string(), v.object({ offsets: v.array(v.object({ from: instant, seconds: v.number() })) })),
    v.description('Offsets east of UTC, each from its instant on, of every zone that jobs go by.'),
  ),
  attention: v.array(
    v.object({
      severity: v.picklist(['error', 'warning']),
      subject: v.string(),
      message: v.string(),
      remedy: v.optional(text('The command or step that mends it.')),
    }),
  ),
  week,
  month,
  jobs: v.array(job),
  bundles: v.array(bundle),
  sections: v.pipe(
    v.array(
      v.object({
        plugin: v.string(),
        title: v.string(),
        state: v.picklist(['ok', 'attention', 'failed', 'unknown']),
        summary: v.string(),
        facts: v.array(v.object({ label: v.string(), value: v.string() })),
      }),
    ),
    v.description('What plugins say of their part of the machine.'),
  ),
});

/** `rota report --json`; with `--serve` the address. */
export const reportOutput = v.union([report, v.object({ formatVersion, url: text('http://127.0.0.1:PORT/') })]);
