import type { ArtifactFile, Backend, Dialect } from '../backend/backend.ts';
import { RotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import type { Job } from '../job/job.ts';
import { printJobKey } from '../job/job-key.ts';
import { freshHorizon } from '../schedule/proof/horizon.ts';
import { type NamespaceLayout, namespaceLayout, stateLayout } from '../state/layout.ts';
import type { Declared } from './declared.ts';
import { followersFirst } from './followers-first.ts';
import { type PreparedJob, prepareJob } from './prepare-job.ts';
import type { RenderedJob, Rendering } from './render.ts';
import { scheduleFacts } from './schedule-facts.ts';

/** What to render, and for which scheduler; the machine it is for need not be this one. */
export interface MakeRenderingInput {
  readonly host: Host;
  readonly declared: Declared;
  readonly backend: Backend;
  /** @default the backend's first */
  readonly dialect?: Dialect | undefined;
  /** Zone of the machine that is rendered for. @default the host's */
  readonly systemTimezone?: string | undefined;
  /** Start of the horizon, seconds since the epoch. @default now */
  readonly from?: number | undefined;
}

/** What apply would install for these jobs on this backend, whether or not the backend is here. A job that cannot be had is `refused` with its reason. */
export function makeRendering(input: MakeRenderingInput): Rendering {
  const { declared, backend } = input;
  const host: Host = { ...input.host, timezone: input.systemTimezone ?? input.host.timezone };
  const dialect = input.dialect ?? backend.dialects[0] ?? { name: backend.name };
  const known = backend.dialects.map((candidate) => candidate.name);
  if (!known.includes(dialect.name)) {
    throw new RotaError(
      'ROTA_BACKEND_UNKNOWN',
      `The backend ${backend.name} has no dialect \`${dialect.name}\`; it has ${known.join(', ')}.`,
    );
  }
  const facts = scheduleFacts(host.timezone, { roots: host.zoneRoots });
  const horizon = freshHorizon(input.from ?? Math.floor(host.now() / 1000));
  const capabilities = backend.capabilities(dialect);
  const state = stateLayout(host.stateDir, backend.platform ?? host.platform);
  const layout = namespaceLayout(host.stateDir, declared.namespace);
  const prepared = new Map<string, PreparedJob>();
  for (const { job, followers } of followersFirst(declared.jobs)) {
    const result = prepareJob({
      host,
      namespace: declared.namespace,
      state,
      layout,
      hostname: declared.hostname,
      job,
      backend,
      dialect,
      capabilities,
      facts,
      horizon,
      followers: followers.map((follower) => startOf(input, layout, follower, prepared.get(printJobKey(follower)))),
      checkinUrl: declared.checkinUrl,
    });
    prepared.set(printJobKey(job), result);
  }
  const results = declared.jobs.map((job) => prepared.get(printJobKey(job))).filter((result) => result !== undefined);
  return { formatVersion: 1, jobs: results.map((result) => rendered(result, backend.name)), files: filesOf(results) };
}

function startOf(
  { backend, declared }: MakeRenderingInput,
  layout: NamespaceLayout,
  follower: Job,
  prepared: PreparedJob | undefined,
) {
  const start = backend.startCommand?.(declared.namespace, follower) ?? null;
  const name = prepared?.kind === 'ready' ? prepared.launch?.name : undefined;
  return {
    tenant: follower.tenant,
    name: follower.name,
    start,
    launchFile: start === null && name !== undefined ? `${layout.launchFiles}/${name}` : null,
  };
}

function rendered(result: PreparedJob, backend: string): RenderedJob {
  if (result.kind === 'refused') {
    const { tenant, name } = result.job;
    return {
      tenant,
      name,
      backend,
      fidelity: 'refused',
      reason: result.reasons.join(' '),
      horizon: null,
      features: result.lowering.features,
      artifacts: [],
    };
  }
  const { tenant, name, fidelity, horizon, features } = result.entry;
  const artifacts = [
    ...(result.artifact?.files.map((file) => file.name) ?? []),
    ...(result.launch === null ? [] : [`launch/${result.launch.name}`]),
  ];
  return { tenant, name, backend, fidelity, horizon, features, artifacts };
}

/** Files that several jobs are in, such as a crontab, hold their parts in the order of the jobs. */
function filesOf(results: readonly PreparedJob[]): readonly ArtifactFile[] {
  const files = new Map<string, ArtifactFile>();
  for (const result of results) {
    if (result.kind === 'refused') continue;
    const launch = result.launch === null ? [] : [{ name: `launch/${result.launch.name}`, content: result.launch.text }];
    for (const file of [...(result.artifact?.files ?? []), ...launch]) {
      const known = files.get(file.name);
      const shared = known !== undefined && known.content !== file.content;
      files.set(file.name, shared ? { ...file, content: joined(known.content, file.content) } : file);
    }
  }
  return [...files.values()];
}

function joined(a: string, b: string): string {
  return a.endsWith('\n') ? a + b : `${a}\n${b}`;
}
