import type { Backend, Dialect } from '../backend/backend.ts';
import type { Feature } from '../backend/feature.ts';
import type { Host } from '../host/host.ts';
import type { JobKey } from '../job/job.ts';

/** What the kit must know of a backend, beyond the backend itself. */
export interface BackendConformanceOptions {
  readonly backend: Backend;
  readonly dialect: Dialect;
  /**
   * A host whose scheduler has entries of others, if it can have any, and none of Rota's. Called once for each test; `apply` and `list` on it
   * are real.
   */
  makeHost(): Promise<Host> | Host;
  /** Everything that stands in the scheduler and is not Rota's, as text that is equal when nothing of it was touched. */
  foreign?(host: Host): Promise<string>;
  /** Changes an installed entry as a person would, so that it does something else. */
  edit?(host: Host, namespace: string, job: JobKey): Promise<void>;
  /** Takes an installed entry away behind Rota's back. */
  remove?(host: Host, namespace: string, job: JobKey): Promise<void>;
  /** Makes reading fail, as a missing permission would. */
  breakReading?(host: Host): Promise<void> | void;
  /** Starts an installed entry as the scheduler would, and returns program and arguments as they arrived. */
  start?(host: Host, namespace: string, job: JobKey): Promise<readonly string[]>;
  /**
   * Starts an installed entry on a scheduler that really runs jobs, and resolves when the run has ended, however it ended. With it a claimed
   * `timeout` is tried with a job that would outlast it, through `/bin/sh`.
   */
  runToEnd?(host: Host, namespace: string, job: JobKey): Promise<void>;
  /**
   * Native features that stand in no entry because this scheduler itself reads the launch file that the entry names. They are not tried.
   * @default none
   */
  readonly byLaunchFile?: readonly Feature[];
  /** How many applies and rollbacks are cut off, at random. @default 6 */
  readonly faultRuns?: number;
  /** Repeats the random ones of a run that failed; the test's name says it. @default another one each time, in CI always the same */
  readonly faultSeed?: number | undefined;
}
