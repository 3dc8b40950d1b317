import type { SourcePlace } from '../../errors/issue.ts';
import type { Command, Concurrency, Dependency, Hooks, HostCondition, Job, JobKey, Requirements, Retry } from '../job.ts';
import type { ValidManifest } from '../job-input.ts';
import { parseJobKey } from '../job-key.ts';
import type { Problem } from '../problem.ts';
import type { JobContext } from './job-context.ts';
import { normaliseReport } from './normalise-report.ts';
import { normaliseTrigger } from './normalise-trigger.ts';
import { Notes, stringMap } from './notes.ts';
import { environmentName } from './references.ts';

/** A job, and what is wrong with it. A job with an error among its problems must not be used. */
export interface NormalisedJob {
  readonly job: Job;
  readonly problems: readonly Problem[];
}

/** Fills in defaults, resolves durations and names, splits command lines, and checks what a schema cannot. Pure. */
export function normaliseJob(manifest: ValidManifest, context: JobContext, source?: SourcePlace): NormalisedJob {
  const notes = new Notes();
  const { metadata, spec } = manifest;
  const tenant = metadata.tenant ?? context.defaultTenant;
  if (tenant === undefined) {
    notes.error(
      'ROTA_FIELD_MISSING',
      ['metadata', 'tenant'],
      '`metadata.tenant` is missing, and the config sets no default tenant.',
    );
  }
  notes.name(['metadata', 'name'], metadata.name, context.platform);
  if (metadata.tenant !== undefined) notes.name(['metadata', 'tenant'], metadata.tenant, context.platform);
  const key: JobKey = { tenant: tenant ?? '', name: metadata.name };

  // Built field by field, and what is empty is shared: ten thousand jobs are read in the time that their YAML takes.
  const job: Mutable<Job> = {
    tenant: key.tenant,
    name: key.name,
    labels: stringMap(metadata.labels),
    annotations: stringMap(metadata.annotations),
    trigger: normaliseTrigger(spec, key, context, notes),
    command: command(spec, notes),
    shell: spec.shell ?? false,
    env: environment(spec, notes),
    retry: spec.retry === undefined ? noRetry : retry(spec.retry, notes),
    conditions: conditions(spec),
    enabled: spec.enabled ?? true,
    paused: spec.paused ?? false,
    dependsOn: spec.dependsOn === undefined ? none : dependencies(spec.dependsOn, key, notes),
    requires: spec.requires === undefined ? noRequirements : requirements(spec.requires, notes),
    concurrency: spec.concurrency === undefined ? forbid : concurrency(spec.concurrency),
    persistent: spec.persistent ?? false,
    hooks: spec.hooks === undefined ? noHooks : hooks(spec.hooks, notes),
    resources: spec.resources === undefined ? nothing : resources(spec.resources),
    sandbox: spec.sandbox === undefined ? nothing : sandbox(spec.sandbox),
  };
  const workingDir = fromHome(notes.plainText(['spec', 'workingDir'], spec.workingDir ?? ''));
  if (workingDir !== '') job.workingDir = workingDir;
  const { checkin, alerts } = normaliseReport(spec, context, notes);
  if (checkin !== undefined) job.checkin = checkin;
  if (alerts !== undefined) job.alerts = alerts;
  const timeoutMs = notes.duration(['spec', 'timeout'], spec.timeout, 1);
  if (timeoutMs !== undefined) job.timeoutMs = timeoutMs;
  const startingDeadlineMs = notes.duration(['spec', 'startingDeadline'], spec.startingDeadline);
  if (startingDeadlineMs !== undefined) job.startingDeadlineMs = startingDeadlineMs;
  const randomizedDelayMs = notes.duration(['spec', 'randomizedDelay'], spec.randomizedDelay);
  if (randomizedDelayMs !== undefined) job.randomizedDelayMs = randomizedDelayMs;
  const accuracyMs = notes.duration(['spec', 'accuracy'], spec.accuracy);
  if (accuracyMs !== undefined) job.accuracyMs = accuracyMs;
  if (spec.state !== undefined) job.state = spec.state;
  if (spec.backend !== undefined) job.backend = spec.backend;
  if (source !== undefined) job.source = source;
  if (spec.retry !== undefined && spec.retry.enabled === undefined) {
    notes.warning(
      'ROTA_DECLARATION_ADVICE',
      ['spec', 'retry'],
      'A failed run is not tried again: `retry.enabled` is not set.',
      'enabled: true',
    );
  }
  return { job, problems: notes.problems };
}

type Spec = ValidManifest['spec'];
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const none: readonly never[] = Object.freeze([]);
const nothing = Object.freeze({});
const noRetry: Retry = Object.freeze({
  enabled: false,
  attempts: 3,
  backoff: 'exponential',
  delayMs: 10_000,
  maxDelayMs: 3_600_000,
});
const noRequirements: Requirements = Object.freeze({ commands: none, files: none, units: none });
const noHooks: Hooks = Object.freeze({ before: none, onSuccess: none, onFailure: none, always: none });
const forbid: Concurrency = Object.freeze({ policy: 'forbid', locks: none });

function retry(declared: NonNullable<Spec['retry']>, notes: Notes): Retry {
  return {
    enabled: declared.enabled ?? noRetry.enabled,
    attempts: declared.attempts ?? noRetry.attempts,
    backoff: declared.backoff ?? noRetry.backoff,
    delayMs: notes.duration(['spec', 'retry', 'delay'], declared.delay) ?? noRetry.delayMs,
    maxDelayMs: notes.duration(['spec', 'retry', 'maxDelay'], declared.maxDelay) ?? noRetry.maxDelayMs,
  };
}

function dependencies(declared: NonNullable<Spec['dependsOn']>, key: JobKey, notes: Notes): readonly Dependency[] {
  return declared.map((entry, index) => {
    if (typeof entry === 'string') return { job: parseJobKey(entry, key.tenant) };
    const withinMs = notes.duration(['spec', 'dependsOn', index, 'within'], entry.within);
    return { job: parseJobKey(entry.job, key.tenant), ...(withinMs === undefined ? {} : { withinMs }) };
  });
}

function requirements(declared: NonNullable<Spec['requires']>, notes: Notes): Requirements {
  const { commands = none, files = none, units = none, network, power } = declared;
  const wait = typeof network === 'object' ? network.wait : undefined;
  return {
    commands,
    files,
    units,
    ...(network === undefined || network === false
      ? {}
      : { network: { waitMs: notes.duration(['spec', 'requires', 'network', 'wait'], wait) ?? 0 } }),
    ...(power === undefined ? {} : { power }),
  };
}

function concurrency(declared: NonNullable<Spec['concurrency']>): Concurrency {
  if (typeof declared === 'string') return { policy: declared, locks: none };
  return { policy: declared.policy ?? 'forbid', locks: declared.locks ?? none };
}

function command(spec: Spec, notes: Notes): Command {
  const path = ['spec', 'command'];
  const text = notes.plainText(path, spec.command);
  if (text.trim() === '') notes.error('ROTA_COMMAND_LINE', path, '`spec.command` names no program.');
  for (const [index, argument] of (spec.args ?? []).entries()) notes.plainText(['spec', 'args', index], argument);
  if (spec.shell === true) {
    if (spec.args !== undefined)
      notes.error(
        'ROTA_COMMAND_LINE',
        ['spec', 'args'],
        'With `shell: true` the whole text belongs in `command`; `args` has no place.',
      );
    return [text];
  }
  const words = spec.args === undefined ? notes.commandLine(path, text) : [text, ...spec.args];
  if (/\$\{?[A-Za-z_]/.test([text, ...(spec.args ?? [])].join(' ')) && !startsShell(words))
    notes.warning(
      'ROTA_DECLARATION_ADVICE',
      path,
      'Without `shell: true` a `$` in a command is passed on as it stands; references are read in `env`, `checkin` and `alerts` only.',
    );
  return words;
}

/** `bash -c 'TEXT'`: there the shell itself reads the `$`. */
function startsShell([program = '', ...args]: readonly string[]): boolean {
  return /^(a|ba|da|fi|k|z)?sh$/.test(program.replace(/^.*\//, '')) && args.some((word) => /^-[a-z]*c$/.test(word));
}

function environment(spec: Spec, notes: Notes): Readonly<Record<string, string>> {
  const env = stringMap(spec.env);
  for (const [name, value] of Object.entries(env)) {
    const path = ['spec', 'env', name];
    if (!environmentName.test(name)) {
      notes.error(
        'ROTA_FIELD_VALUE',
        path,
        `"${name}" cannot be the name of a variable. Expected letters, digits and "_", not beginning with a digit.`,
      );
    }
    notes.references(path, notes.plainText(path, value));
  }
  return env;
}

function conditions(spec: Spec): readonly HostCondition[] {
  const { agent, when } = spec;
  if (agent === undefined && when === undefined) return none;
  const all: HostCondition[] = [];
  for (const found of [agent?.selector, when])
    if (found !== undefined && Object.keys(found).length > 0) all.push(condition(found));
  return all;
}

function condition(found: NonNullable<Spec['when']>): HostCondition {
  return {
    ...(found.hostname === undefined ? {} : { hostname: list(found.hostname) }),
    ...(found.labels === undefined ? {} : { labels: stringMap(found.labels) }),
    ...(found.os === undefined ? {} : { os: list(found.os) }),
    ...(found.commandExists === undefined ? {} : { commandExists: list(found.commandExists) }),
    ...(found.fileExists === undefined ? {} : { fileExists: list(found.fileExists) }),
    ...(found.env === undefined ? {} : { env: stringMap(found.env) }),
  };
}

function hooks(declared: NonNullable<Spec['hooks']>, notes: Notes): Hooks {
  const read = (kind: keyof Hooks): readonly Command[] =>
    (declared[kind] ?? none).map((hook, index) => notes.command(['spec', 'hooks', kind, index], hook));
  return { before: read('before'), onSuccess: read('onSuccess'), onFailure: read('onFailure'), always: read('always') };
}

function resources(declared: NonNullable<Spec['resources']>): Job['resources'] {
  const { memoryMax, memoryHigh, ...rest } = declared;
  return {
    ...present(rest),
    ...(memoryMax === undefined ? {} : { memoryMax: String(memoryMax) }),
    ...(memoryHigh === undefined ? {} : { memoryHigh: String(memoryHigh) }),
  };
}

function sandbox({ readWritePaths, ...rest }: NonNullable<Spec['sandbox']>): Job['sandbox'] {
  return { ...present(rest), ...(readWritePaths === undefined ? {} : { readWritePaths: readWritePaths.map(fromHome) }) };
}

/** Relative paths count from the home folder, so `~/` in front of one says nothing more. */
function fromHome(path: string): string {
  return path.replace(/^~(?:\/+|$)/, '');
}

function list<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}

/** Without the keys whose value is `undefined`, so that what is absent is absent. */
function present<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
