import type { ApplyResult } from '../apply/apply-plan.ts';
import type { Artifact, Backend, Finding } from '../backend/backend.ts';
import type { Host } from '../host/host.ts';
import type { Job, JobKey } from '../job/job.ts';
import type { Declared } from '../plan/declared.ts';
import type { Plan } from '../plan/plan.ts';
import type { Rendering } from '../plan/render.ts';
import type { ReportOptions } from '../report/gather-report.ts';
import type { Report } from '../report/report.ts';
import type { RunRecord } from '../run/record/run-record.ts';
import type { AlertNews } from '../run/tell/alert-of.ts';
import type { RotaEvents } from '../state/events.ts';
import type { Generation } from '../state/generation.ts';
import type { FollowLogsOptions } from '../status/follow-logs.ts';
import type { JobStatus } from '../status/job-status.ts';
import type { HistoryFilter } from '../status/read-history.ts';
import type { JobFilter } from '../status/read-installed.ts';
import type { ReadLogsOptions } from '../status/read-logs.ts';
import type { WaitForRunOptions } from '../status/wait-for-run.ts';
import type { WatchOptions } from '../status/watch-runs.ts';

/** What {@link Rota.plan} may be told. */
export interface PlanOptions {
  /** Install on this backend, whatever is recorded. */
  readonly backend?: string;
  /** Plan the repair of drifted entries too. @default false */
  readonly repair?: boolean;
  /** Let this source take a namespace that another source declared. @default false */
  readonly takeOver?: boolean;
  /** Let imported jobs take the place of what they were imported from. @default false */
  readonly adopt?: boolean;
}

/** What {@link Rota.apply}, {@link Rota.rollback} and {@link Rota.destroy} may be told. */
export interface ApplyOptions {
  /** Delete more than the allowed share of jobs. @default false */
  readonly allowRemovals?: boolean;
  /** Called after each step that is done, with the number of steps done and of all. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Ends the wait for the lock and for a quiet minute; what has begun to be changed is finished or undone. */
  readonly signal?: AbortSignal;
}

/** Which scheduler and machine {@link Rota.render} writes for. */
export interface RenderOptions {
  /** It need not be usable here. */
  readonly backend: string;
  /** @default the backend's first */
  readonly dialect?: { readonly name: string; readonly version?: number };
  /** Zone of the machine that is rendered for. @default the host's */
  readonly systemTimezone?: string;
  /** Start of the horizon, seconds since the epoch. @default now */
  readonly from?: number;
}

/**
 * Rota for one namespace on one host: the SDK's whole face as an object. Made by `createRota`.
 * Every method that changes anything takes the namespace's lock, and first completes or undoes an apply that was cut off.
 */
export interface Rota {
  readonly host: Host;
  readonly namespace: string;
  readonly backends: readonly Backend[];
  readonly events: RotaEvents;
  /** Declared against installed. Changes nothing. */
  plan(declaration: Declared, options?: PlanOptions): Promise<Plan>;
  /** What apply would install, without looking at what is installed. */
  render(declaration: Declared, options: RenderOptions): Promise<Rendering>;
  /** Makes the plan so, or leaves everything as it was. @throws ROTA_PLAN_STALE, ROTA_LOCK_HELD, ROTA_REMOVALS_REFUSED, ... */
  apply(plan: Plan, options?: ApplyOptions): Promise<ApplyResult>;
  /** Removes everything that this namespace installed. */
  destroy(options?: ApplyOptions): Promise<ApplyResult>;
  /** The generations that are kept, the oldest first. */
  generations(): Promise<readonly Generation<Job, Artifact>[]>;
  /**
   * Installs an earlier generation again, byte for byte; without a number, the one before the current.
   *
   * @throws ROTA_GENERATION_UNKNOWN, ROTA_LOCK_HELD, ROTA_STATE_DAMAGED, ...
   */
  rollback(number?: number, options?: ApplyOptions): Promise<ApplyResult>;
  /** The installed jobs as they are now, sorted by tenant and name. @throws ROTA_JOB_UNKNOWN */
  status(filter?: JobFilter): Promise<readonly JobStatus[]>;
  /**
   * Records of ended runs, the latest first, also of jobs that are gone unless the filter names jobs. @throws ROTA_JOB_UNKNOWN
   */
  history(filter?: HistoryFilter): Promise<readonly RunRecord[]>;
  /**
   * Starts a job now and, unless told otherwise, waits for its record; `null` when it was started and is not waited for. A run that already goes on is
   * met as `concurrency` says: the record is one of a skipped run, or the start waits.
   *
   * @throws ROTA_JOB_UNKNOWN, ROTA_COMMAND_FAILED when it is not started, ROTA_WAIT_TIMEOUT when the signal ends the wait
   */
  run(job: string, options?: { readonly wait?: boolean; readonly signal?: AbortSignal }): Promise<RunRecord | null>;
  /** The next record of a job that ends after `after` (milliseconds since the epoch, @default now). @throws ROTA_WAIT_TIMEOUT */
  waitForRun(job: string, options?: WaitForRunOptions): Promise<RunRecord>;
  /** The end of what a job wrote. @throws ROTA_JOB_UNKNOWN, ROTA_LOGS_UNAVAILABLE */
  logs(job: string, options?: ReadLogsOptions): Promise<string>;
  /**
   * Tells the alert channels of an installed job what no exit status can say, such as a state that needs a person, whatever the job's `alerts.on` names. One that
   * is not reached is tried again later. Answers why, for each of those. @throws ROTA_JOB_UNKNOWN
   */
  tell(job: string, news: AlertNews): Promise<readonly string[]>;
  /**
   * Says that the command, which a job runs (`alerts.by: job`), has told what there is to tell of this run: the runner then does not tell of its exit
   * status. Does nothing outside such a run.
   */
  told(): Promise<void>;
  /** What a job writes, as it comes, until the signal aborts. @throws ROTA_JOB_UNKNOWN, ROTA_LOGS_UNAVAILABLE */
  followLogs(job: string, options?: FollowLogsOptions): AsyncIterable<string>;
  /**
   * Emits on {@link Rota.events} what runs do, whoever starts them: `run:start`, `run:output` where asked for, `run:retry`, `run:end`, `checkin:sent`,
   * `checkin:spooled`, `alert`. Of a job that its scheduler runs without the runner, only `run:end`. Watching has begun when the promise resolves.
   *
   * @returns ends it, once all that came before is told
   */
  watch(options?: WatchOptions): Promise<() => Promise<void>>;
  /** What would keep jobs from running, per backend in use. */
  findings(): Promise<readonly Finding[]>;
  /** All that the report page shows, as data: the week ahead, the past month, bundles, plugins. `renderReport` makes the page of it. */
  report(options?: ReportOptions): Promise<Report>;
  /** Resolves `name` or `tenant/name` among the installed jobs. @throws ROTA_JOB_UNKNOWN with the nearest names */
  find(job: string): Promise<JobKey>;
}
