import type { Alerts, Checkin, Command, Concurrency, Dependency, Hooks, JobKey, Requirements, Retry } from '../job/job.ts';

/** When a gated run is due: the declared schedule, evaluated again at run time with the machine's zone data. */
export interface LaunchGate {
  readonly expression: string;
  readonly timezone: string;
  readonly zoneRoots: readonly string[];
  readonly persistent: boolean;
  /** A fire time older than this is recorded as skipped; `null`: no limit. */
  readonly startingDeadlineMs: number | null;
}

/**
 * All that the runner knows of a job. Content-addressed (`launch/<digest>.json`), never rewritten, mode 0600.
 * It holds references, never the secrets that they name. The runner reads every version that a kept generation holds.
 */
export interface LaunchFile extends JobKey {
  readonly formatVersion: 1;
  readonly namespace: string;
  readonly backend: string;
  readonly command: Command;
  readonly shell: boolean;
  /** Absolute. */
  readonly workingDir: string;
  /** Without references where there are none; `PATH` is always set. */
  readonly env: Readonly<Record<string, string>>;
  /** The user's secrets file, if it exists when the job runs. */
  readonly secretsFile: string;
  readonly hostname: string;
  /** Set for every job with a schedule; the gate runs only where `gated` is true or the scheduler cannot say for which fire time it starts. */
  readonly gate: LaunchGate | null;
  /** Native fire times are a superset of the declared ones, or the scheduler has no catch-up: ask the gate. */
  readonly gated: boolean;
  /** Stable sleep after the claim of a fire time, in milliseconds. */
  readonly jitterMs: number;
  /** How late the native scheduler may start by its own delay and coarseness, in milliseconds. @default 0 */
  readonly nativeDelayMs?: number;
  readonly checkin: Checkin | null;
  readonly retry: Retry;
  readonly timeoutMs: number | null;
  /** Between TERM and KILL. */
  readonly graceMs: number;
  readonly concurrency: Concurrency;
  readonly dependsOn: readonly Dependency[];
  readonly requires: Requirements;
  readonly hooks: Hooks;
  readonly alerts: Alerts | null;
  /** Jobs to start when this one ends well, each with the native command that starts it, or `null` for its own launch file. */
  readonly followers: readonly (JobKey & { readonly start: Command | null; readonly launchFile: string | null })[];
  readonly output: { readonly maxBytes: number; readonly keep: number };
  /** The annotations `docs`, `owner` and `oncall`, which alerts carry. Absent where there are no alerts. */
  readonly about?: Readonly<Record<string, string>>;
  /** `nice` and the like where the scheduler has none but the runner can set them. */
  readonly nice: number | null;
}
