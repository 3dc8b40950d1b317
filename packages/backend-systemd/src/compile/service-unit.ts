import { isAbsolute, join } from 'node:path';
import type { CompileInput, Job } from '@rota/core';
import { markSection } from '../unit/mark.ts';
import { escapePath, fitsEnvironment, fitsPath, plainText, quoteArgument, quoteWord } from '../unit/quote.ts';
import { type Section, type Setting, writeUnit } from '../unit/write-unit.ts';
import { unitName } from '../unit-name.ts';

/** Between TERM and KILL of a job without the runner. */
const graceSeconds = 30;
/** The runner ends its job itself; systemd only steps in when it does not. */
const runnerGraceSeconds = 120;

/** The service of a job: starts its process, or the runner. Nothing restarts it by itself, so a person may start it as often as they like. */
export function serviceUnit(input: CompileInput, mark: readonly Setting[]): string {
  const service = input.lowering.runner ? runnerSettings(input) : nativeSettings(input);
  const sections: readonly Section[] = [
    { name: 'Unit', settings: [...unitSettings(input.job, 'job'), ['StartLimitIntervalSec', 0]] },
    { name: 'Service', settings: [['Type', 'oneshot'], ...restartMode(input), ...service] },
    markSection(mark),
  ];
  return writeUnit(sections);
}

/** Known from 254 on. Nothing restarts by itself; a drop-in that makes it does so without a failed state at each attempt. */
function restartMode({ dialect }: CompileInput): readonly Setting[] {
  return (dialect.version ?? 0) >= 254 ? [['RestartMode', 'direct']] : [];
}

/** Title and documentation, the same in both units. */
export function unitSettings(job: Job, what: 'job' | 'timer'): readonly Setting[] {
  const { description, docs } = job.annotations;
  const title = plainText(description ?? '') || `${job.tenant}/${job.name}`;
  const uris = (docs ?? '').split(/\s+/).filter(isDocumentationUri);
  return [['Description', what === 'timer' ? `${title} (timer)` : title], ...uris.map((uri): Setting => ['Documentation', uri])];
}

/** What `Documentation=` takes (systemd.unit(5)). */
export function isDocumentationUri(word: string): boolean {
  return /^(https?:\/\/|file:\/|info:|man:)[^\s"'\\%]+$/.test(word);
}

function runnerSettings(input: CompileInput): readonly Setting[] {
  const { launcher, launchFile, home, job } = input;
  return [
    ['ExecStart', [...throughShell(launcher), launcher, launchFile ?? ''].map(quoteArgument).join(' ')],
    ['WorkingDirectory', escapePath(home)],
    ['StandardInput', 'null'],
    ['SyslogIdentifier', unitName(input.namespace, job)],
    ['TimeoutStartSec', 'infinity'],
    ['TimeoutStopSec', `${runnerGraceSeconds}s`],
    // TERM goes to the runner alone, which passes it on, waits, records and ends.
    ['KillMode', 'mixed'],
    ...limits(input),
  ];
}

/** systemd refuses a program whose path has quotes, backslashes or control characters, however they are quoted (`string_is_safe` in its source). */
function throughShell(program: string): readonly string[] {
  return /["'\\\u0000-\u001F\u007F]/.test(program) ? handOver : [];
}

/** The arguments follow as they are: no shell reads them. */
const handOver = ['/bin/sh', '-c', 'exec "$0" "$@"'];

function nativeSettings(input: CompileInput): readonly Setting[] {
  const { job, home } = input;
  const folder = workingFolder(job, home);
  const { inUnit, onCommandLine } = splitEnvironment(input);
  const program = job.shell ? ['/bin/sh', '-c', ...job.command] : [...job.command];
  const words = program[0]?.includes('=') ? [...handOver, ...program] : program;
  return [
    ...inUnit.map(([name, value]): Setting => ['Environment', quoteWord(`${name}=${value}`)]),
    // env(1) gives the run its id, and looks the program up on the job's own PATH; systemd would look on a fixed one.
    [
      'ExecStart',
      [
        '/usr/bin/env',
        ...(job.workingDir === undefined ? [] : [quoteArgument(`--chdir=${folder}`)]),
        '"ROTA_RUN_ID=${INVOCATION_ID}"',
        ...onCommandLine.map(([name, value]) => quoteArgument(`${name}=${value}`)),
        ...words.map(quoteArgument),
      ].join(' '),
    ],
    // A failing recorder changes no outcome: `-`.
    ['ExecStopPost', ['-/bin/sh', ...recorderArguments(input).map(quoteArgument)].join(' ')],
    ['WorkingDirectory', unitFolder(job, folder, home)],
    ['StandardInput', 'null'],
    ['SyslogIdentifier', unitName(input.namespace, job)],
    ['TimeoutStartSec', job.timeoutMs === undefined ? 'infinity' : `${job.timeoutMs}ms`],
    ['TimeoutStopSec', `${graceSeconds}s`],
    ...limits(input),
  ];
}

/** Optional (`-`) for systemd, or the recorder could not start either where the folder is missing; env(1) insists on it for the job, whatever its name. */
function unitFolder({ workingDir }: Job, folder: string, home: string): string {
  return workingDir === undefined || !fitsPath(folder) ? escapePath(home) : `-${escapePath(folder)}`;
}

/** Absolute, as systemd wants it. */
function workingFolder({ workingDir }: Job, home: string): string {
  if (workingDir === undefined) return home;
  return isAbsolute(workingDir) ? workingDir : join(home, workingDir);
}

/** `-` and `+` before a path of `ReadWritePaths=` are no part of it (systemd.exec(5)). */
function writablePath(text: string, home: string): string {
  const [, marks = '', path = ''] = /^([-+]*)(.*)$/s.exec(text) ?? [];
  return isAbsolute(path) ? text : marks + join(home, path);
}

function recorderArguments({ recorder, namespace, job }: CompileInput): readonly string[] {
  const event = job.trigger.kind === 'schedule' ? [] : ['event'];
  return [recorder, namespace, job.tenant, job.name, 'systemd', ...event];
}

type Variables = readonly (readonly [name: string, value: string])[];

/** What `Environment=` cannot hold goes through env(1), whose arguments may be anything. */
function splitEnvironment({ job, path, namespace }: CompileInput): {
  readonly inUnit: Variables;
  readonly onCommandLine: Variables;
} {
  const own = {
    PATH: path,
    ...job.env,
    ROTA_NAMESPACE: namespace,
    ROTA_TENANT: job.tenant,
    ROTA_JOB: job.name,
  };
  const all = Object.entries(own).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    inUnit: all.filter(([, value]) => fitsEnvironment(value)),
    onCommandLine: all.filter(([, value]) => !fitsEnvironment(value)),
  };
}

function limits({ job: { resources, sandbox }, lowering: { features }, home }: CompileInput): readonly Setting[] {
  const { memoryMax, memoryHigh, cpuQuota, cpuWeight, ioWeight, tasksMax, nice, ioClass } = resources;
  const { privateTmp, protectSystem, noNewPrivileges, readWritePaths } = sandbox;
  const settings: readonly (readonly [keyof typeof features, string, string | number | boolean | undefined])[] = [
    ['resources.memoryMax', 'MemoryMax', memoryMax],
    ['resources.memoryHigh', 'MemoryHigh', memoryHigh],
    ['resources.cpuQuota', 'CPUQuota', cpuQuota],
    ['resources.cpuWeight', 'CPUWeight', cpuWeight],
    ['resources.ioWeight', 'IOWeight', ioWeight],
    ['resources.tasksMax', 'TasksMax', tasksMax],
    ['resources.nice', 'Nice', nice],
    ['resources.ioClass', 'IOSchedulingClass', ioClass],
    ['sandbox.privateTmp', 'PrivateTmp', privateTmp],
    ['sandbox.protectSystem', 'ProtectSystem', protectSystem],
    ['sandbox.noNewPrivileges', 'NoNewPrivileges', noNewPrivileges],
    ['sandbox.readWritePaths', 'ReadWritePaths', readWritePaths?.map((path) => quoteWord(writablePath(path, home))).join(' ')],
  ];
  return settings.flatMap(([feature, key, value]): readonly Setting[] => {
    if (value === undefined || value === '' || features[feature] !== 'native') return [];
    if (typeof value === 'boolean') return [[key, value ? 'yes' : 'no']];
    return [[key, value]];
  });
}

/** The name under which the timer starts it. */
export function serviceName(input: Pick<CompileInput, 'namespace' | 'job'>): string {
  return `${unitName(input.namespace, input.job)}.service`;
}
