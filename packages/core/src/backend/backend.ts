import type { Host } from '../host/host.ts';
import type { Command, Job, JobKey } from '../job/job.ts';
import type { Horizon } from '../schedule/proof/horizon.ts';
import type { NativeSchedule } from '../schedule/proof/native-schedule.ts';
import type { Schedule } from '../schedule/schedule.ts';
import type { Zone } from '../schedule/zone/zone.ts';
import type { Adoption } from './adoption.ts';
import type { Dialect } from './dialect.ts';
import type { Feature } from './feature.ts';
import type { ForeignEntry, SwitchForeignInput } from './foreign-entry.ts';
import type { Lowering } from './lowering.ts';

export type { Dialect } from './dialect.ts';

/**
 * What a scheduler does natively, as data. A feature that is absent is left to the runner where the runner can do it, else refused.
 * The conformance kit chooses its tests from here: it tries the schedule, the events, `paused`, and `timeout` where it can run jobs, and that
 * the entry of a job that asks for a feature is another one.
 */
export interface Capabilities {
  readonly native: readonly Feature[];
  /** Features that neither this scheduler nor the runner on it can have, each with the reason and what would work. */
  readonly refused: Partial<Readonly<Record<Feature, string>>>;
  /** Every job of this backend is started through the runner. @default false */
  readonly alwaysRunner: boolean;
  /**
   * This scheduler starts jobs where no runner is: on another machine, in a container. What is not native is refused then, and so is a schedule
   * that is not exact, because nothing could filter its starts. @default false
   */
  readonly neverRunner?: boolean;
}

/** What would keep a backend, or a job on it, from running. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** The command or step that mends it. */
  readonly remedy?: string;
}

/** Whether a backend can be used here and now. */
export interface Availability {
  readonly usable: boolean;
  readonly dialect: Dialect;
  /** Such as a missing linger, or no cron daemon. When not usable, the first error says why. */
  readonly findings: readonly Finding[];
}

/** Everything that decides an artifact; the same input gives the same bytes. */
export interface CompileInput {
  readonly namespace: string;
  readonly job: Job;
  readonly lowering: Lowering;
  readonly dialect: Dialect;
  /** For a job with a cron schedule. */
  readonly schedule?: { readonly declared: Schedule; readonly systemZone: Zone; readonly horizon: Horizon };
  /** Absolute path of the file that starts the runner; followed by one argument, the launch file. */
  readonly launcher: string;
  /** Absolute path of the `sh` file that records a run that has no runner. */
  readonly recorder: string;
  /** Absolute path of the launch file, when the lowering asks for the runner. */
  readonly launchFile?: string;
  /** Absolute path of the home folder, the default working folder. */
  readonly home: string;
  /** The search path that jobs get on every backend. */
  readonly path: string;
}

/** One native text of an artifact: a unit, the lines of a crontab, the XML of a task. */
export interface ArtifactFile {
  /** File name for a scheduler with files (`rota.default.acme.backup.timer`), else what it is (`crontab`). */
  readonly name: string;
  readonly content: string;
  /** How the text is written into a file by `render`; `utf-16le` with a byte order mark. @default 'utf-8' */
  readonly encoding?: 'utf-8' | 'utf-16le';
}

/** What a backend installs for one job. JSON-safe: generations keep it and rollback reinstalls it byte for byte. */
export interface Artifact {
  readonly files: readonly ArtifactFile[];
  /** Of everything that was declared to be installed; also carried inside the installed entry. */
  readonly digest: string;
  /** Whether the entry is to be armed; false for a paused job. */
  readonly active: boolean;
}

/** An artifact together with what can be evaluated of it. */
export interface Compiled {
  readonly artifact: Artifact;
  /** The native schedule, read by the scheduler's own rules; absent for events. */
  readonly native?: NativeSchedule;
  /** What a person should know of the translation. */
  readonly warnings: readonly Finding[];
}

/** How an owned entry differs from what was installed. */
export interface Drift {
  readonly kind: 'edited' | 'missing' | 'disabled' | 'enabled' | 'masked' | 'drop-in' | 'foreign';
  readonly detail: string;
}

/** An owned entry as it is now. */
export interface Installed extends JobKey {
  /** The digest that the entry carries, if it can still be read. */
  readonly digest: string | undefined;
  readonly active: boolean;
  readonly drift: readonly Drift[];
}

/** One step of a batch. Idempotent: it holds what was and what shall be, so that core can repeat it and turn it round. */
export interface BackendChange extends JobKey {
  readonly before: Artifact | null;
  readonly after: Artifact | null;
  /**
   * Handled up to here, in seconds since the epoch: a scheduler with a memory of its own (systemd stamps) must not start the job for an
   * earlier fire time.
   */
  readonly handledUntil: number;
}

/** A batch of changes to one namespace, as {@link Backend.apply} gets it. */
export interface ApplyInput {
  readonly namespace: string;
  readonly changes: readonly BackendChange[];
  readonly dialect: Dialect;
  /** Called after each step that is done, for progress. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Which entries {@link Backend.list} is to read, and what it may compare them with. */
export interface ListInput {
  readonly namespace: string;
  /** What the last generation installed, by `tenant/name`: for backends that can only compare by meaning. */
  readonly expected: ReadonlyMap<string, Artifact>;
}

/** What the scheduler itself says of a job. Instants are seconds since the epoch. */
export interface NativeState {
  readonly running: boolean;
  readonly nextStart: number | null;
  readonly lastStart: number | null;
  /** In words, when the last native start failed before the job's own process could. */
  readonly failure?: string;
}

/** The adapter to one native scheduler. `defineBackend` checks its shape; `@rota/core/testing` checks its behaviour. */
export interface Backend {
  readonly name: string;
  readonly apiVersion: 1;
  /** The only one that has this scheduler, where that decides how files are called: `render` may write for another machine. @default any */
  readonly platform?: Host['platform'];
  /** The dialects that it knows, the default of `render` first. */
  readonly dialects: readonly Dialect[];
  /** Pure. What this scheduler does natively in a dialect; the same for every machine that speaks it. */
  capabilities(dialect: Dialect): Capabilities;
  /** Usable here? Never changes anything. */
  detect(host: Host): Promise<Availability>;
  /** Pure. The native schedule comes with it, in a form that can be evaluated. */
  compile(input: CompileInput): Compiled;
  /** Owned entries, as they are now, read in as few calls as possible. @throws when they cannot be read: never an empty list. */
  list(host: Host, input: ListInput): Promise<readonly Installed[]>;
  /** Makes every change of the batch, in as few calls as possible. Called again after a crash with the same or the turned-round batch. */
  apply(host: Host, input: ApplyInput): Promise<void>;
  /** Everybody else's entries. Absent: not supported. */
  inventory?(host: Host): Promise<readonly ForeignEntry[]>;
  /**
   * What a file holds that this scheduler's own tools exported, here or on another machine. Absent: there is no such file.
   *
   * @throws with what is wrong with the file
   */
  readExport?(host: Host, exported: { readonly file: string; readonly bytes: Uint8Array }): readonly ForeignEntry[];
  /**
   * Takes foreign entries out of action, or puts them back byte for byte; everything else stays as it is. Idempotent. Absent: nothing of this
   * scheduler can be adopted.
   *
   * @throws ROTA_ADOPT_CHANGED when an entry that must be there is not, or is not what it was; then nothing is changed.
   */
  switchForeign?(host: Host, input: SwitchForeignInput): Promise<void>;
  /**
   * Foreign entries that are out of action because of an adoption, and whose place no job has: one finding each, with what to do. `held` is what jobs have the
   * place of, in any namespace that the state knows: those of another state folder can be seen nowhere, and what to do must not make one run twice. Absent: it cannot be told from what others switched off.
   */
  leftOff?(host: Host, input: { readonly held: readonly Adoption[] }): Promise<readonly Finding[]>;
  /** Pure. The command that starts a job now, through the scheduler, without waiting for its end. Absent: core starts the runner itself. */
  startCommand?(namespace: string, job: JobKey): Command;
  /** Absent: core answers from the declared schedule and the records. */
  state?(host: Host, namespace: string, jobs: readonly JobKey[]): Promise<ReadonlyMap<string, NativeState>>;
  /** Output of the latest runs, oldest first; `run` narrows it to one. Absent: core reads the runner's output files. */
  logs?(
    host: Host,
    namespace: string,
    job: JobKey,
    options: { readonly lines: number; readonly runId?: string },
  ): Promise<string>;
}

/** Identity function that checks a backend's type and keeps its literal capabilities. */
export function defineBackend<const B extends Backend>(backend: B): B {
  return backend;
}
