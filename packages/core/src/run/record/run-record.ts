import type { JobKey } from '../../job/job.ts';

/**
 * How a run ended. `failure`: it exited with another status than 0, was ended by a signal, or could not begin. `timeout`: it was
 * ended for taking too long. `skipped`: it did not begin, and `reason` says why. `cancelled`: its runner was told to end.
 * `interrupted`: its runner was gone before it could record the end.
 */
export type RunStatus = 'success' | 'failure' | 'timeout' | 'skipped' | 'cancelled' | 'interrupted';

/** One execution of a job, as history keeps it: one line of JSON. Instants are `YYYY-MM-DDTHH:MM:SSZ`, with milliseconds where known. */
export interface RunRecord extends JobKey {
  readonly runId: string;
  /** The fire time that it was for; `null` for manual runs and events. */
  readonly scheduledAt: string | null;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly status: RunStatus;
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Why it was skipped, refused or interrupted. */
  readonly reason: string | null;
  readonly durationMs: number;
  /** Executions of the process, retries included. */
  readonly attempts: number;
  readonly trigger: 'schedule' | 'catch-up' | 'manual' | 'event';
  readonly backend: string;
}
