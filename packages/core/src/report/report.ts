import type { JobKey } from '../job/job.ts';
import type { RunStatus } from '../run/record/run-record.ts';
import type { JobStatus, Run } from '../status/job-status.ts';

// Only types: the page's own script reads this file too, and it runs in a browser.

/** `YYYY-MM-DDTHH:MM:SSZ` */
export type Instant = string;

/** The offsets of a zone within the period of a report, in order. The first holds from before the period on. */
export interface ReportZone {
  readonly offsets: readonly { readonly from: Instant; readonly seconds: number }[];
}

/** Something that a person should look at. */
export interface Attention {
  readonly severity: 'error' | 'warning';
  /** Whose it is: `tenant/name`, or what part of the machine. */
  readonly subject: string;
  readonly message: string;
  /** The command or step that mends it. */
  readonly remedy?: string;
}

/** The starts of one job in the week ahead, from its declared schedule. */
export interface JobAhead {
  readonly starts: number;
  /** The first of them. */
  readonly next: readonly Instant[];
  /** Starts in each hour of the week, from `week.from` on; empty when there are none. */
  readonly startsPerHour: readonly number[];
  /** Those of them that share their minute with another job; empty when there are none. */
  readonly collidingPerHour: readonly number[];
  readonly colliding: number;
}

/** The runs of one job in the past month. Days are those of `month.days`. */
export interface JobPast {
  /** Runs that began: skipped ones are not among them. */
  readonly runs: number;
  /** Those that ended in a failure, a time-out or an interruption. */
  readonly failures: number;
  readonly skipped: number;
  /** Of the runs that ended well; `null` when there are none. */
  readonly medianMs: number | null;
  readonly p95Ms: number | null;
  readonly longestMs: number | null;
  /** Runs of each day that ended well, and those that did not; empty when there are none at all. */
  readonly okPerDay: readonly number[];
  readonly badPerDay: readonly number[];
  /** Median length of each day's runs in milliseconds, 0 for a day without. */
  readonly medianPerDay: readonly number[];
  /** The latest runs, the latest first. */
  readonly recent: readonly ReportRun[];
}

/** One run as the report shows it. */
export type ReportRun = Pick<
  Run,
  'runId' | 'startedAt' | 'status' | 'exitCode' | 'signal' | 'reason' | 'durationMs' | 'attempts'
>;

/** One installed job. */
export interface ReportJob extends Omit<JobStatus, 'lastRun'> {
  readonly lastRun: ReportRun | null;
  /** The schedule in plain English; `null` for events. */
  readonly description: string | null;
  readonly labels: Readonly<Record<string, string>>;
  /** The annotations that people look for: `owner`, `oncall`, `docs`. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Who does each feature that the job uses; `refused`: the job runs without. */
  readonly features: Readonly<Record<string, 'native' | 'runner' | 'refused'>>;
  /** `null` for jobs that start at an event, and for paused ones. */
  readonly ahead: JobAhead | null;
  readonly past: JobPast;
  /** The end of what the last run wrote, where it failed and its output is kept. */
  readonly output: string | null;
}

/** Jobs that start in the same minute. */
export interface ReportCollision {
  /** The first of them; `jobCount` says how many they are. */
  readonly jobs: readonly JobKey[];
  readonly jobCount: number;
  readonly times: number;
  readonly first: Instant;
}

/** A day on which a zone changes its clock. */
export interface ReportClockChange {
  readonly timezone: string;
  readonly at: Instant;
  /** Seconds east of UTC. */
  readonly offsetBefore: number;
  readonly offsetAfter: number;
  /** Jobs that start more often, less often or at another time than on other days. */
  readonly jobs: readonly (JobKey & { readonly starts: number; readonly usualStarts: number; readonly atTheJump: boolean })[];
}

/** The seven days from the hour of the report on. */
export interface ReportWeek {
  readonly from: Instant;
  readonly to: Instant;
  readonly starts: number;
  readonly startsPerHour: readonly number[];
  readonly collidingPerHour: readonly number[];
  /** Minutes with more than one start. */
  readonly collidingMinutes: number;
  readonly busiest: { readonly hour: Instant; readonly starts: number } | null;
  /** The most frequent first. */
  readonly collisions: readonly ReportCollision[];
  readonly overruns: readonly (JobKey & { readonly times: number; readonly first: Instant; readonly usualSeconds: number })[];
  readonly clockChanges: readonly ReportClockChange[];
}

/** The past thirty days by the calendar of the machine's zone, today the last of them. */
export interface ReportMonth {
  /** `YYYY-MM-DD` */
  readonly days: readonly string[];
  readonly runs: number;
  readonly byStatus: Readonly<Record<RunStatus, number>>;
  readonly okPerDay: readonly number[];
  readonly badPerDay: readonly number[];
  /** The latest first. */
  readonly failures: readonly (JobKey & ReportRun)[];
}

/** The state bundles of one job. */
export interface ReportBundle extends JobKey {
  /** Where they are kept. */
  readonly place: string;
  readonly count: number;
  readonly latest: {
    readonly id: string;
    readonly createdAt: Instant;
    readonly outcome: 'ok' | 'partial';
    readonly size: number;
    readonly encrypted: boolean;
  } | null;
  /** The best proof of the newest bundle that has one. */
  readonly verified: { readonly id: string; readonly level: number; readonly at: Instant } | null;
  /** Why nothing is known, when nothing is. */
  readonly problem?: string;
}

/** What a plugin says of its part of the machine. */
export interface ReportSection {
  readonly plugin: string;
  readonly title: string;
  readonly state: 'ok' | 'attention' | 'failed' | 'unknown';
  readonly summary: string;
  readonly facts: readonly { readonly label: string; readonly value: string }[];
}

/** Everything that the page shows: the stable shape of `rota report --json`. */
export interface Report {
  readonly formatVersion: 1;
  readonly generatedAt: Instant;
  readonly host: string;
  readonly namespace: string;
  /** The machine's own zone. */
  readonly timezone: string;
  /** Only jobs with these labels. */
  readonly labels: Readonly<Record<string, string>>;
  readonly zones: Readonly<Record<string, ReportZone>>;
  readonly attention: readonly Attention[];
  readonly week: ReportWeek;
  readonly month: ReportMonth;
  /** By tenant and name. */
  readonly jobs: readonly ReportJob[];
  readonly bundles: readonly ReportBundle[];
  readonly sections: readonly ReportSection[];
}
