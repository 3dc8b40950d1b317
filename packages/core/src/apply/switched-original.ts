import type { JobKey } from '../job/job.ts';

/** A foreign entry whose place a job had taken, after a rollback or a destroy. */
export interface SwitchedOriginal {
  readonly backend: string;
  /** Where it stands, for people. */
  readonly id: string;
  readonly state: 'on' | 'off';
  /** The job that had taken its place, or takes it again. */
  readonly job: JobKey;
  /** It is on and the job is installed too, as before the adoption: both run. */
  readonly doubled: boolean;
  /** Why it is still off though it was to run again, and what to do. Absent: it is as it was to be. */
  readonly leftOff?: string;
}
