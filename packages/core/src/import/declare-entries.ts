import { adoptsAnnotation, printAdoption } from '../backend/adoption.ts';
import type { ForeignEntry, ForeignReading } from '../backend/foreign-entry.ts';
import { printDuration } from '../job/duration.ts';
import type { JobManifest } from '../job/job-input.ts';
import { escapeReferences } from '../job/normalise/references.ts';
import { jobName, uniqueNames } from './job-name.ts';

/** How entries become jobs. */
export interface DeclareOptions {
  /** Of every job that is made. */
  readonly tenant: string;
  /** Names that are in use. @default none */
  readonly taken?: Iterable<string>;
  /** Declare what cannot be adopted, too, with `enabled: false`: until its original is gone, both would run. @default false */
  readonly all?: boolean;
}

/** An entry and the job that was made from it; `manifest` is null for what is left where it is, and `left` says why. */
export interface ImportedEntry {
  readonly entry: ForeignEntry;
  readonly manifest: JobManifest | null;
  readonly left?: string;
}

/** A job for each entry that one can be made from, with a name that is the same whenever the entry is. Pure. */
export function declareEntries(entries: readonly ForeignEntry[], options: DeclareOptions): readonly ImportedEntry[] {
  const decided = entries.map((entry) => ({ entry, left: reasonToLeave(entry, options.all ?? false) }));
  const names = uniqueNames(
    decided.flatMap(({ entry, left }) => (left === undefined ? [jobName(entry.name, entry.reading?.command ?? [])] : [])),
    options.taken,
  )[Symbol.iterator]();
  return decided.map(({ entry, left }): ImportedEntry => {
    if (left !== undefined || entry.reading === undefined) return { entry, manifest: null, left: left ?? '' };
    return { entry, manifest: manifestOf(entry, entry.reading, names.next().value ?? 'job', options.tenant) };
  });
}

function reasonToLeave(entry: ForeignEntry, all: boolean): string | undefined {
  if (entry.reading === undefined || entry.reading.trigger === null)
    return entry.notAdoptable ?? entry.notes?.[0] ?? 'It cannot be read as a job.';
  if (entry.reading.command[0]?.trim() === '') return 'Its command names no program.';
  return all ? undefined : entry.notAdoptable;
}

function manifestOf(entry: ForeignEntry, reading: ForeignReading, name: string, tenant: string): JobManifest {
  const { identity, description } = entry;
  const adoptable = identity !== undefined && entry.notAdoptable === undefined;
  const annotations = {
    ...(description === undefined ? {} : { description }),
    ...(adoptable ? { [adoptsAnnotation]: printAdoption({ backend: entry.backend, ...identity }) } : {}),
  };
  return {
    apiVersion: 'v1',
    kind: 'Job',
    metadata: { name, tenant, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
    spec: { ...triggerOf(reading), ...programOf(reading), ...limitsOf(reading), ...(adoptable ? {} : { enabled: false }) },
  };
}

function triggerOf({ trigger, persistent, randomizedDelayMs }: ForeignReading) {
  return {
    ...(trigger?.kind === 'schedule' ? { schedule: trigger.expression, timezone: trigger.timezone } : {}),
    ...(trigger?.kind === 'boot' || trigger?.kind === 'login' ? { on: trigger.kind } : {}),
    ...(persistent && trigger?.kind === 'schedule' ? { persistent } : {}),
    ...(randomizedDelayMs ? { randomizedDelay: printDuration(randomizedDelayMs) } : {}),
  };
}

function programOf({ command, shell, workingDir, env }: ForeignReading) {
  const [program = '', ...args] = command;
  const values = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, escapeReferences(value)]));
  return {
    command: program,
    ...(shell ? { shell } : { args }),
    // In a declaration a tilde is the home.
    ...(workingDir === undefined ? {} : { workingDir: workingDir.replace(/^~/, './~') }),
    ...(Object.keys(values).length === 0 ? {} : { env: values }),
  };
}

function limitsOf({ timeoutMs, concurrency, requires, before, resources, sandbox }: ForeignReading) {
  return {
    ...(timeoutMs === undefined ? {} : { timeout: printDuration(timeoutMs) }),
    ...(concurrency === undefined || concurrency === 'forbid' ? {} : { concurrency }),
    ...requirementsOf(requires),
    ...(before === undefined || before.length === 0 ? {} : { hooks: { before: before.map((argv) => [...argv]) } }),
    ...(resources === undefined || Object.keys(resources).length === 0 ? {} : { resources }),
    ...(sandbox === undefined || Object.keys(sandbox).length === 0 ? {} : { sandbox }),
  };
}

function requirementsOf({ network, power }: NonNullable<ForeignReading['requires']> = {}) {
  if (network === undefined && power === undefined) return {};
  const waits = network?.waitMs !== undefined && network.waitMs > 0 ? { wait: printDuration(network.waitMs) } : true;
  return { requires: { ...(network === undefined ? {} : { network: waits }), ...(power === undefined ? {} : { power }) } };
}
