import type { SourcePlace } from '../errors/issue.ts';
import type { JobKey } from '../state/job-key.ts';
import type { StateInput } from './state-input.ts';

export type { JobKey } from '../state/job-key.ts';

/** What makes a job due. */
export type Trigger =
  /** A five-field cron expression. `timezone` is as declared: an IANA name or `local`. */
  | { readonly kind: 'schedule'; readonly expression: string; readonly timezone: string }
  | { readonly kind: 'boot' }
  | { readonly kind: 'login' }
  /** Once per content change, by `rota apply` itself; `after` orders such jobs among themselves. */
  | { readonly kind: 'apply'; readonly after: readonly JobKey[] }
  /** When that job has ended well. */
  | { readonly kind: 'after'; readonly job: JobKey };

/**
 * Reports of runs to a monitoring endpoint. They are retried and kept while it is out of reach, and never change the outcome of
 * the job.
 */
export interface Checkin {
  readonly enabled: boolean;
  /** May hold references such as `${CHECKIN_URL}`. */
  readonly url?: string;
  /** A reference; a literal secret is refused in a manifest. */
  readonly secret?: string;
  /** Path of a PEM file with authorities that are trusted beside the public ones; `~/` is the home of the user, other relative paths are from the working folder. */
  readonly ca?: string;
  /** Longest expected run, after which a `timeout` check-in goes out. @default 3600000 */
  readonly timeoutMs: number;
  /** What is posted: a JSON document, or the plain pings of Healthchecks. @default 'json' */
  readonly format: 'json' | 'healthchecks';
  /** Whether the start of a run is reported too. @default false */
  readonly start: boolean;
  /** `job`: the job reports itself, and the runner only where it did not. @default 'runner' */
  readonly by: 'runner' | 'job';
}

/** What follows a try that ended in failure or in a time-out. The tries of one run share its record. */
export interface Retry {
  /** @default false */
  readonly enabled: boolean;
  /** Retries after the first try. @default 3 */
  readonly attempts: number;
  /** `exponential`: each delay is twice the one before. @default 'exponential' */
  readonly backoff: 'exponential' | 'fixed';
  /** Before the first retry. @default 10000 */
  readonly delayMs: number;
  /** Longest delay. @default 3600000 */
  readonly maxDelayMs: number;
}

/** A job whose latest run that was not skipped must have ended well; else the run is skipped, with this as its reason. */
export interface Dependency {
  readonly job: JobKey;
  /** The success must not be older than this. */
  readonly withinMs?: number;
}

/** What must hold when the job runs; a run that finds something missing is skipped, with that as its reason. */
export interface Requirements {
  /** Programs on the PATH of the job, or absolute paths. */
  readonly commands: readonly string[];
  /** Absolute, from the home folder (`~/`), or relative to the job's working folder. */
  readonly files: readonly string[];
  /** systemd units, of the user or the system, that must be active. */
  readonly units: readonly string[];
  /** Wait at most this long for a network route; absent: not required. */
  readonly network?: { readonly waitMs: number };
  /** `ac`: not on battery. */
  readonly power?: 'ac';
}

/**
 * What happens when the job is due while it still runs. `forbid`: the new run is skipped. `allow`: both run. `replace`: the old
 * run is ended first. `queue`: the new run waits for the end of the old one; one run waits at most, further ones are skipped.
 */
export type ConcurrencyPolicy = 'forbid' | 'allow' | 'replace' | 'queue';

/** What must not run at the same time. @default policy `forbid`, no locks */
export interface Concurrency {
  readonly policy: ConcurrencyPolicy;
  /** Named locks shared between the jobs of a namespace. */
  readonly locks: readonly string[];
}

/** A command of a hook: a command line that is split at blanks, or an argv. */
export type Command = readonly string[];

/**
 * Commands around the process, run without a shell in its working folder and environment. Those after it get `ROTA_STATUS` and
 * `ROTA_EXIT_CODE`, and cannot change how the run ended.
 */
export interface Hooks {
  /** One that fails fails the run; the process is then not started. */
  readonly before: readonly Command[];
  readonly onSuccess: readonly Command[];
  /** After every other end: failure, time-out, cancellation. */
  readonly onFailure: readonly Command[];
  /** Runs whatever the outcome. */
  readonly always: readonly Command[];
}

/**
 * Limits, each with the meaning that systemd.resource-control(5) and systemd.exec(5) give it. Where a backend has none of them,
 * the job runs without and the plan says so.
 */
export interface Resources {
  /** Bytes, or a share such as `20%`, in the form that systemd.resource-control(5) reads. */
  readonly memoryMax?: string;
  readonly memoryHigh?: string;
  /** Such as `50%`. */
  readonly cpuQuota?: string;
  readonly cpuWeight?: number;
  readonly ioWeight?: number;
  readonly tasksMax?: number;
  /** -20 to 19. */
  readonly nice?: number;
  readonly ioClass?: 'realtime' | 'best-effort' | 'idle';
}

/** Confinement as in systemd.exec(5). Where a backend has none, the job runs without and the plan says so. */
export interface Sandbox {
  readonly privateTmp?: boolean;
  readonly protectSystem?: boolean | 'full' | 'strict';
  readonly noNewPrivileges?: boolean;
  /** Absolute, or relative to the home folder. */
  readonly readWritePaths?: readonly string[];
}

/** One place that is told. */
export type AlertChannel =
  | { readonly kind: 'webhook'; readonly url: string }
  | {
      readonly kind: 'command';
      readonly command: Command;
      /** `runner`: only what the runner tells; what the job tells with `rota.tell` does not go there. */
      readonly by?: 'runner';
    }
  | { readonly kind: 'desktop' }
  /** A channel that a plugin contributes; `module` is the absolute path of the JavaScript that sends. */
  | {
      readonly kind: 'plugin';
      readonly name: string;
      readonly module: string;
      readonly options: Readonly<Record<string, unknown>>;
    };

/** Who is told when runs go wrong, and of what. */
export interface Alerts {
  /** `recovery`: the first good end after a bad one. @default failure and recovery */
  readonly on: readonly ('failure' | 'recovery' | 'late' | 'missed')[];
  readonly channels: readonly AlertChannel[];
  /**
   * `job`: the job tells of its bad ends itself, and makes the file that `ROTA_ALERTS_DONE` names when it has. The runner tells of a bad end without that
   * file, once until a run has ended well. @default 'runner'
   */
  readonly by?: 'runner' | 'job';
}

/** Which hosts take the job (`spec.agent.selector`, `spec.when`); everything named must hold. */
export interface HostCondition {
  readonly hostname?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly os?: readonly ('linux' | 'macos' | 'windows')[];
  readonly commandExists?: readonly string[];
  readonly fileExists?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * A declared job, from whatever source: validated, defaults filled in, every duration in milliseconds.
 * It is plain data and JSON-safe, so that a generation can keep it.
 */
export interface Job extends JobKey {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly trigger: Trigger;
  /** Program and arguments; with `shell` one element, the text for the shell. */
  readonly command: Command;
  readonly shell: boolean;
  /** Absolute, or relative to the home folder. @default the home folder */
  readonly workingDir?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly checkin?: Checkin;
  readonly retry: Retry;
  readonly conditions: readonly HostCondition[];
  readonly enabled: boolean;
  readonly paused: boolean;
  readonly dependsOn: readonly Dependency[];
  readonly requires: Requirements;
  readonly concurrency: Concurrency;
  readonly timeoutMs?: number;
  readonly startingDeadlineMs?: number;
  readonly persistent: boolean;
  readonly randomizedDelayMs?: number;
  readonly accuracyMs?: number;
  readonly hooks: Hooks;
  readonly resources: Resources;
  readonly sandbox: Sandbox;
  readonly alerts?: Alerts;
  /** The job's state bundle, as declared. */
  readonly state?: StateInput;
  /** Backend that this job asks for, whatever the namespace uses. */
  readonly backend?: string;
  /** Where it was declared; not part of its identity or its digest. */
  readonly source?: SourcePlace;
}
