import type { Backend } from '../backend/backend.ts';
import type { RunRecord } from '../run/record/run-record.ts';
import type { AlertNews } from '../run/tell/alert-of.ts';
import type { JobStatus } from '../status/job-status.ts';
import type { HistoryFilter } from '../status/read-history.ts';
import type { JobFilter } from '../status/read-installed.ts';
import type { ReadLogsOptions } from '../status/read-logs.ts';

/** The part of a Rota that plugins may use: it looks and starts, it does not install. `createRota` makes one. */
export interface PluginRota {
  readonly namespace: string;
  readonly backends: readonly Backend[];
  /** The installed jobs as they are now. @throws ROTA_JOB_UNKNOWN */
  status(filter?: JobFilter): Promise<readonly JobStatus[]>;
  /** Records of ended runs, the latest first. @throws ROTA_JOB_UNKNOWN */
  history(filter?: HistoryFilter): Promise<readonly RunRecord[]>;
  /** Starts an installed job through its scheduler and, unless told otherwise, waits for its record. */
  run(job: string, options?: { readonly wait?: boolean; readonly signal?: AbortSignal }): Promise<RunRecord | null>;
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
}
