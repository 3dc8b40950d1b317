import type { Backend } from '../backend/backend.ts';
import type { LaunchFile } from '../backend/launch-file.ts';
import type { Issue } from '../errors/issue.ts';
import { RotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import type { Job } from '../job/job.ts';
import { printJobKey } from '../job/job-key.ts';
import { freshHorizon, type Horizon, horizonIsStale } from '../schedule/proof/horizon.ts';
import { type NamespaceLayout, stateLayout } from '../state/layout.ts';
import type { ProgramCheck } from './check-programs.ts';
import type { BackendFinder } from './choose-backend.ts';
import type { Declared } from './declared.ts';
import { followersFirst } from './followers-first.ts';
import type { PlannedEntry } from './plan.ts';
import { type PreparedJob, prepareJob } from './prepare-job.ts';
import { scheduleFacts } from './schedule-facts.ts';

type Ready = Extract<PreparedJob, { kind: 'ready' }>;

interface PrepareJobsInput {
  readonly host: Host;
  readonly declared: Declared;
  readonly find: BackendFinder;
  /** Of the jobs that name none. */
  readonly namespaceBackend: string;
  /** What is installed, by job. */
  readonly previous: ReadonlyMap<string, PlannedEntry>;
  readonly programs: ProgramCheck;
  readonly layout: NamespaceLayout;
  /** @default true */
  readonly requireCommands?: boolean | undefined;
  readonly secretsFile?: string | undefined;
}

/** Every declared job, ready to be installed. @throws ROTA_JOB_REFUSED or ROTA_REQUIREMENT_MISSING with an issue for each that cannot be; ROTA_BACKEND_POLICY */
export async function prepareJobs(input: PrepareJobsInput): Promise<readonly Ready[]> {
  const { host, declared, find, namespaceBackend, previous, programs, layout } = input;
  const facts = scheduleFacts(host.timezone, { roots: host.zoneRoots });
  const state = stateLayout(host.stateDir, host.platform);
  const now = Math.floor(host.now() / 1000);
  const prepared = new Map<string, PreparedJob>();
  const issues: Issue[] = [];
  for (const { job, followers } of followersFirst(declared.jobs)) {
    const name = job.backend ?? namespaceBackend;
    checkPolicy(declared, job, name);
    const { backend, availability, capabilities } = await find(name);
    const result = prepareJob({
      host,
      namespace: declared.namespace,
      state,
      layout,
      hostname: declared.hostname,
      job,
      backend,
      dialect: availability.dialect,
      capabilities,
      facts,
      horizon: horizonFor(job, previous.get(printJobKey(job)), now),
      followers: followers.map((follower) =>
        followerOf(follower, backend, declared.namespace, prepared.get(printJobKey(follower)), layout),
      ),
      checkinUrl: declared.checkinUrl,
      secretsFile: input.secretsFile,
    });
    prepared.set(printJobKey(job), result);
    if (result.kind === 'refused') issues.push(...result.reasons.map((reason) => refusalIssue(job, reason)));
    if (input.requireCommands ?? true) issues.push(...programs.issues(job));
  }
  const [first] = issues;
  if (first !== undefined) {
    const many = issues.length > 1 ? `${issues.length} refusals; the first: ` : '';
    throw new RotaError(first.code, `${many}${first.message}`, {
      issues,
      ...(first.file === undefined
        ? {}
        : { place: { file: first.file, ...(first.line === undefined ? {} : { line: first.line }) } }),
    });
  }
  return declared.jobs.map((job) => prepared.get(printJobKey(job))).filter((job): job is Ready => job?.kind === 'ready');
}

/** The installed horizon stays until half of it is used up, so that time passing changes no plan. */
function horizonFor(job: Job, previous: PlannedEntry | undefined, now: number): Horizon {
  const kept = previous?.horizon;
  return kept && job.trigger.kind === 'schedule' && !horizonIsStale(kept, now) ? kept : freshHorizon(now);
}

function followerOf(
  follower: Job,
  backend: Backend,
  namespace: string,
  prepared: PreparedJob | undefined,
  layout: NamespaceLayout,
): LaunchFile['followers'][number] {
  const start = backend.startCommand?.(namespace, follower) ?? null;
  const name = prepared?.kind === 'ready' ? prepared.launch?.name : undefined;
  const launchFile = start === null && name !== undefined ? `${layout.launchFiles}/${name}` : null;
  return { tenant: follower.tenant, name: follower.name, start, launchFile };
}

function checkPolicy({ policy }: Declared, job: Job, backend: string): void {
  if (policy === undefined || policy.backends.includes(backend)) return;
  if (policy.exceptions.some((exception) => exception.job === job.name || exception.job === printJobKey(job))) return;
  throw new RotaError(
    'ROTA_BACKEND_POLICY',
    `${printJobKey(job)} would run on ${backend}; the policy allows ${policy.backends.join(', ')}.`,
    {
      place: job.source,
      suggestions: ['Change `backend`, or name the job in `policy.exceptions` with a reason.'],
    },
  );
}

function refusalIssue(job: Job, reason: string): Issue {
  return { code: 'ROTA_JOB_REFUSED', severity: 'error', message: `${printJobKey(job)}: ${reason}`, ...job.source };
}
