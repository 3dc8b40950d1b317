import { join } from 'node:path';
import type { Artifact, Backend, Capabilities, Compiled, CompileInput, Dialect, Finding } from '../backend/backend.ts';
import { jobPath } from '../backend/job-path.ts';
import type { LaunchFile } from '../backend/launch-file.ts';
import { lower, unavailableFeatures } from '../backend/lower.ts';
import type { Lowering } from '../backend/lowering.ts';
import { isRotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import type { Job } from '../job/job.ts';
import { printJobKey } from '../job/job-key.ts';
import { buildLaunchFile } from '../run/launch/build-launch-file.ts';
import { printLaunchFile } from '../run/launch/print-launch-file.ts';
import type { Horizon } from '../schedule/proof/horizon.ts';
import type { Proof } from '../schedule/proof/prove-schedule.ts';
import type { NamespaceLayout, StateLayout } from '../state/layout.ts';
import type { PlannedEntry } from './plan.ts';
import type { ScheduleFacts } from './schedule-facts.ts';

export interface PrepareInput {
  readonly host: Host;
  readonly namespace: string;
  /** Where the state of this host and namespace stands; computed once for all jobs. */
  readonly state: StateLayout;
  readonly layout: NamespaceLayout;
  readonly hostname: string;
  readonly job: Job;
  readonly backend: Backend;
  readonly dialect: Dialect;
  readonly capabilities: Capabilities;
  readonly facts: ScheduleFacts;
  readonly horizon: Horizon;
  readonly followers: LaunchFile['followers'];
  readonly checkinUrl: string | undefined;
  /** @default where this host has it */
  readonly secretsFile?: string | undefined;
}

/** One job, ready to be installed, or the reasons why it cannot be. */
export type PreparedJob =
  | { readonly kind: 'refused'; readonly job: Job; readonly lowering: Lowering; readonly reasons: readonly string[] }
  | {
      readonly kind: 'ready';
      readonly entry: PlannedEntry;
      readonly launch: { readonly name: string; readonly text: string } | null;
      readonly artifact: Artifact | null;
      readonly gate?: { readonly startsPerFire: number; readonly startsPerDay: number };
      readonly warnings: readonly Finding[];
    };

/** Lowers, translates and proves one job. Pure: reads neither clock nor machine. */
export function prepareJob(input: PrepareInput): PreparedJob {
  const { job, backend, capabilities } = input;
  const context = {
    backend: backend.name,
    hasFollowers: input.followers.length > 0,
    smallestGap: input.facts.smallestGap(job, input.horizon),
  };
  const ungated = lower(job, capabilities, { ...context, gated: false });
  if (ungated.refusals.length > 0) return { kind: 'refused', job, lowering: ungated, reasons: ungated.refusals };
  const launch = launchOf(input, ungated);
  if (job.trigger.kind === 'apply') return ready(input, ungated, launch, null, undefined);
  try {
    const proof = input.facts.proof(job, input.dialect, input.horizon, () => compile(input, ungated, launch));
    if (proof?.fidelity === 'refused')
      return { kind: 'refused', job, lowering: ungated, reasons: [refusalOf(proof, backend.name)] };
    if (proof?.fidelity !== 'gated') return ready(input, ungated, launch, compile(input, ungated, launch), proof);
    const gated = lower(job, capabilities, { ...context, gated: true });
    if (gated.refusals.length > 0) return { kind: 'refused', job, lowering: gated, reasons: gated.refusals };
    const gatedLaunch = launchOf(input, gated);
    return ready(input, gated, gatedLaunch, compile(input, gated, gatedLaunch), proof);
  } catch (error) {
    if (!isRotaError(error) || error.code === 'ROTA_INTERNAL') throw error;
    return { kind: 'refused', job, lowering: ungated, reasons: [[error.message, ...error.suggestions].join(' ')] };
  }
}

type Launch = { readonly name: string; readonly text: string } | null;

function ready(
  input: PrepareInput,
  lowering: Lowering,
  launch: Launch,
  compiled: Compiled | null,
  proof: Proof | undefined,
): PreparedJob {
  const { job, backend, dialect } = input;
  const schedule = input.facts.declared(job);
  const entry: PlannedEntry = {
    tenant: job.tenant,
    name: job.name,
    backend: backend.name,
    dialect,
    job,
    artifact: compiled?.artifact ?? null,
    launchFile: launch?.name ?? null,
    fidelity: proof === undefined ? null : proof.fidelity === 'exact' ? 'exact' : 'gated',
    features: lowering.features,
    horizon: schedule === undefined ? null : input.horizon,
    zoneDigest: schedule?.zoneDigest ?? null,
  };
  const gated = proof?.fidelity === 'gated';
  return {
    kind: 'ready',
    entry,
    launch,
    artifact: entry.artifact,
    ...(gated ? { gate: { startsPerFire: rounded(proof.nativePerFire), startsPerDay: rounded(proof.nativePerDay) } } : {}),
    warnings: [...(compiled?.warnings ?? []), ...statements(input, lowering, proof)],
  };
}

function compile(input: PrepareInput, lowering: Lowering, launch: Launch): Compiled {
  const { host, job, state, layout } = input;
  const schedule = input.facts.declared(job);
  const compileInput: CompileInput = {
    namespace: input.namespace,
    job,
    lowering,
    dialect: input.dialect,
    ...(schedule === undefined
      ? {}
      : { schedule: { declared: schedule.declared, systemZone: schedule.systemZone, horizon: input.horizon } }),
    launcher: state.launcher,
    recorder: state.recorder,
    ...(launch === null ? {} : { launchFile: join(layout.launchFiles, launch.name) }),
    home: host.user.home,
    path: jobPath(host),
  };
  return input.backend.compile(compileInput);
}

function launchOf(input: PrepareInput, lowering: Lowering): Launch {
  if (!lowering.runner) return null;
  const { host, job } = input;
  return printLaunchFile(
    buildLaunchFile({
      job,
      namespace: input.namespace,
      backend: input.backend.name,
      features: lowering.features,
      gated: lowering.gated || (job.persistent && lowering.features.persistent === 'runner'),
      home: host.user.home,
      hostname: input.hostname,
      zoneRoots: host.zoneRoots,
      systemTimezone: host.timezone,
      secretsFile: input.secretsFile ?? join(host.env.XDG_CONFIG_HOME || join(host.user.home, '.config'), 'rota', 'secrets.env'),
      path: jobPath(host),
      followers: input.followers,
      ...(input.checkinUrl === undefined ? {} : { checkinUrl: input.checkinUrl }),
    }),
  );
}

function statements(input: PrepareInput, lowering: Lowering, proof: Proof | undefined): Finding[] {
  const { job, backend } = input;
  const id = printJobKey(job);
  const found: Finding[] = unavailableFeatures(lowering).map((feature) => ({
    severity: 'warning',
    message: `${id}: \`${feature}\` is not available on ${backend.name}; the job runs without it.`,
  }));
  if (proof?.fidelity === 'gated' && job.trigger.kind === 'schedule' && job.trigger.timezone !== 'local') {
    found.push({
      severity: 'warning',
      message: `${id}: ${backend.name} starts the gate ${rounded(proof.nativePerFire)} times for each fire time (${rounded(proof.nativePerDay)} a day).`,
      remedy: `\`timezone: local\` (${input.host.timezone}) lets ${backend.name} start it at its own times.`,
    });
  }
  return found;
}

function refusalOf(proof: Proof, backend: string): string {
  const sample = proof.missing.slice(0, 3).map((instant) => new Date(instant * 1000).toISOString().replace('.000Z', 'Z'));
  return (
    `its translation for ${backend} would miss ${proof.missingCount} declared fire times (first ${sample.join(', ')}). ` +
    'Choose another backend for the job, or another time zone.'
  );
}

function rounded(value: number): number {
  return Number.isFinite(value) ? Math.round(value * 100) / 100 : 0;
}
