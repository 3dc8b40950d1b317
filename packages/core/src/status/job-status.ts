import type { JobKey } from '../job/job.ts';
import type { RunRecord } from '../run/record/run-record.ts';

/** One run in the stable shape of `--json`: its record, without what the job around it says. */
export interface Run extends Omit<RunRecord, keyof JobKey | 'backend'> {}

/** One installed job as it is now, in one shape whatever the backend. */
export interface JobStatus extends JobKey {
  readonly backend: string;
  /** The cron expression, or the event: `boot`, `login`, `apply`, `after tenant/name`. */
  readonly schedule: string;
  /** `null` for events. */
  readonly timezone: string | null;
  /**
   * `drifted`: the entry is not what was installed; `missing`: it is gone; `failed`: the last run did not end well. What is worse comes first:
   * missing, drifted, running, paused, failed, waiting.
   */
  readonly state: 'waiting' | 'running' | 'paused' | 'disabled' | 'failed' | 'missing' | 'drifted';
  /** Of one that has drifted what the scheduler says of it; `null` where it says nothing. */
  readonly nextRun: string | null;
  readonly lastRun: Run | null;
  /** In the words of the scheduler, when its last start failed before the job's own process could; of that start there is no run. */
  readonly failure?: string;
  readonly fidelity: 'exact' | 'gated' | null;
}
