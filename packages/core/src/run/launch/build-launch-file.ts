import { isAbsolute, resolve } from 'node:path';
import type { Feature, FeatureDecision } from '../../backend/feature.ts';
import type { LaunchFile, LaunchGate } from '../../backend/launch-file.ts';
import { stopGraceSeconds } from '../../backend/lower.ts';
import type { Checkin, Job } from '../../job/job.ts';
import { digestOf } from '../../state/digest.ts';

/** Everything that decides a launch file. */
export interface LaunchFileInput {
  readonly job: Job;
  readonly namespace: string;
  readonly backend: string;
  /** Native fire times are a superset of the declared ones, or nothing native catches up. */
  readonly gated: boolean;
  /** Who does what; what is native (`randomizedDelay`, `resources.nice`) is left out of the launch file. @default all the runner's */
  readonly features?: Partial<Readonly<Record<Feature, FeatureDecision>>>;
  /** Absolute path of the user's home folder. */
  readonly home: string;
  readonly hostname: string;
  readonly zoneRoots: readonly string[];
  /** What `timezone: local` means here. */
  readonly systemTimezone: string;
  /** Absolute path of the host's secrets file. */
  readonly secretsFile: string;
  /** The search path of a job that declares none. */
  readonly path: string;
  readonly followers: LaunchFile['followers'];
  /** Where check-ins of jobs without a URL of their own go, from the config or the host file; whole, with its path. */
  readonly checkinUrl?: string | undefined;
}

/** DETAILS: without an explicit deadline, a job that is not persistent starts at most this late. */
const defaultDeadlineMs = 10 * 60_000;
const output = { maxBytes: 1024 * 1024, keep: 10 };

/** All that the runner will know of a job. Pure: the same input gives the same launch file. */
export function buildLaunchFile(input: LaunchFileInput): LaunchFile {
  const { job } = input;
  return {
    formatVersion: 1,
    namespace: input.namespace,
    tenant: job.tenant,
    name: job.name,
    backend: input.backend,
    command: job.command,
    shell: job.shell,
    workingDir: absolute(input.home, job.workingDir),
    env: { ...job.env, PATH: job.env.PATH ?? input.path },
    secretsFile: input.secretsFile,
    hostname: input.hostname,
    gate: gateOf(input),
    gated: input.gated,
    jitterMs: input.features?.randomizedDelay === 'native' ? 0 : stableDelay(input),
    nativeDelayMs: (input.features?.randomizedDelay === 'native' ? (job.randomizedDelayMs ?? 0) : 0) + (job.accuracyMs ?? 0),
    checkin: checkinOf(job.checkin, input.checkinUrl),
    retry: job.retry,
    timeoutMs: job.timeoutMs ?? null,
    graceMs: stopGraceSeconds * 1000,
    concurrency: job.concurrency,
    dependsOn: job.dependsOn,
    requires: job.requires,
    hooks: job.hooks,
    alerts: job.alerts ?? null,
    ...(job.alerts ? { about: aboutOf(job.annotations) } : {}),
    followers: input.followers,
    output,
    nice: input.features?.['resources.nice'] === 'native' ? null : (job.resources.nice ?? null),
  };
}

function absolute(home: string, folder: string | undefined): string {
  if (folder === undefined) return home;
  return isAbsolute(folder) ? folder : resolve(home, folder);
}

function gateOf({ job, zoneRoots, systemTimezone }: LaunchFileInput): LaunchGate | null {
  if (job.trigger.kind !== 'schedule') return null;
  const { expression, timezone } = job.trigger;
  return {
    expression,
    timezone: timezone === 'local' ? systemTimezone : timezone,
    zoneRoots,
    persistent: job.persistent,
    startingDeadlineMs: job.startingDeadlineMs ?? (job.persistent ? null : defaultDeadlineMs),
  };
}

/** Spreads machines and jobs over the delay, the same at every start, so that a plan does not change from day to day. */
function stableDelay({ job, hostname, namespace }: LaunchFileInput): number {
  const range = job.randomizedDelayMs ?? 0;
  if (range <= 0) return 0;
  const digest = digestOf([hostname, namespace, job.tenant, job.name].join('\0'));
  return Math.floor((Number.parseInt(digest.slice(0, 8), 16) / 2 ** 32) * range);
}

function checkinOf(declared: Checkin | undefined, shared: string | undefined): Checkin | null {
  const url = declared?.url ?? shared;
  return declared?.enabled && url !== undefined ? { ...declared, url } : null;
}

function aboutOf(annotations: Job['annotations']): Readonly<Record<string, string>> {
  const told = ['docs', 'owner', 'oncall'];
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => told.includes(key)));
}
