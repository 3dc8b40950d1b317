/**
 * Whose rights a task runs with. None of them stores a password.
 * - `interactive`: the current user, while logged on, with their network credentials and desktop.
 * - `s4u`: the current user, logged on or not; no desktop, no network credentials, no encrypted files; needs the right to log on as a batch job.
 * - `localService`, `networkService`, `system`: a built-in account, always; registering needs elevation.
 */
export type Account = 'interactive' | 's4u' | 'localService' | 'networkService' | 'system';

/** What a task does beyond what its job declares. Every one is written into the task, so that no default of Windows decides. */
export interface TaskSchedulerOptions {
  /** @default 'interactive' */
  readonly account?: Account;
  /** `DOMAIN\user` or a SID. @default whoever registers the task */
  readonly userId?: string;
  /** Run with the highest rights the account has. Registering then needs elevation. @default false */
  readonly highestRunLevel?: boolean;
  /** Start on battery power. A job with `requires.power: ac` never does. @default true */
  readonly startOnBattery?: boolean;
  /** End a run when the machine goes on battery. @default false */
  readonly stopOnBattery?: boolean;
  /** @default false */
  readonly wakeToRun?: boolean;
  /** Skip a start when Windows sees no network. @default false */
  readonly onlyWithNetwork?: boolean;
  /** @default false */
  readonly onlyWhenIdle?: boolean;
  /** Not shown in Task Scheduler's window unless hidden tasks are. @default false */
  readonly hidden?: boolean;
  /** 0 (highest) to 10; 4 to 6 is the normal priority class; Windows' own default, 7, is below normal. `resources.nice` overrides it. @default 5 */
  readonly priority?: number;
  /** Start the runner through `conhost.exe --headless`, so that no console window appears. Windows 10 1809 and later. @default true for `interactive`: no other account has a desktop */
  readonly hideWindow?: boolean;
}

/** Whether the runner is started without a window. */
export function hidesWindow({ account = 'interactive', hideWindow }: TaskSchedulerOptions): boolean {
  return hideWindow ?? account === 'interactive';
}

/** SIDs of the built-in accounts, which have the same names in every language only as SIDs. */
export const serviceSids: Readonly<Partial<Record<Account, string>>> = {
  localService: 'S-1-5-19',
  networkService: 'S-1-5-20',
  system: 'S-1-5-18',
};
