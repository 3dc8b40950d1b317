/** A task as the scheduler keeps it. */
export interface TaskEntry {
  /** Full name, such as `\Rota\default\acme\backup`. */
  readonly path: string;
  /** As exported: defaults added, accounts as SIDs, elements in the exporter's order. */
  readonly xml: string;
}

/** A task that the scheduler cannot export, and why, in words. */
export interface DamagedTask {
  readonly path: string;
  readonly problem: string;
}

/** All tasks of a machine. */
export interface AllTasks {
  readonly entries: readonly TaskEntry[];
  readonly damaged: readonly DamagedTask[];
}

/** A user of Windows. */
export interface TaskAccount {
  readonly sid: string;
  /** `DOMAIN\\user`. */
  readonly name: string;
}

/** What the scheduler knows of a task at work. Instants are seconds since the epoch. */
export interface TaskFacts {
  readonly path: string;
  readonly running: boolean;
  readonly lastRun: number | null;
  /** Exit status of the last run, or a code of the scheduler; unsigned. */
  readonly lastResult: number;
  readonly nextRun: number | null;
}

/** How a task is logged on, as `RegisterTask` counts it. */
export type LogonKind = 'interactive' | 's4u' | 'service';

/** One step of a batch; both kinds may be repeated. */
export type TaskStep =
  | { readonly kind: 'register'; readonly path: string; readonly xml: string; readonly logon: LogonKind }
  | { readonly kind: 'delete'; readonly path: string }
  /** In place: its definition, its account with a stored password and a run that goes on stay. A task that is not there is left out. */
  | { readonly kind: 'enable'; readonly path: string }
  | { readonly kind: 'disable'; readonly path: string };

/** The scheduler, through whichever of its programs is there. */
export interface TaskService {
  readonly name: 'powershell' | 'schtasks';
  /** Why it is not the better one. */
  readonly insteadOf?: string;
  /** The tasks in a folder and below it; none when there is no such folder. @throws ROTA_COMMAND_FAILED when they cannot be read */
  read(folder: string): Promise<readonly TaskEntry[]>;
  /** Everybody's. One that is damaged keeps nobody from the others. @throws ROTA_COMMAND_FAILED when they cannot be read */
  readAll(): Promise<AllTasks>;
  /**
   * Makes all steps, or none: registered tasks are replaced in place, and what was done is undone when a step fails. Folders that the deletions leave
   * empty are removed up to `\Rota`. @throws ROTA_APPLY_FAILED naming the task
   */
  change(steps: readonly TaskStep[]): Promise<void>;
  /** Who asks. @throws ROTA_COMMAND_FAILED */
  account(): Promise<TaskAccount>;
  facts(paths: readonly string[]): Promise<readonly TaskFacts[]>;
}
