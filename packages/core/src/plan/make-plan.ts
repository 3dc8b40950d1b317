import type { Artifact, Backend, Dialect, Finding, Installed } from '../backend/backend.ts';
import type { LaunchFile } from '../backend/launch-file.ts';
import type { Issue } from '../errors/issue.ts';
import { RotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import type { Job, JobKey } from '../job/job.ts';
import { printJobKey } from '../job/job-key.ts';
import { freshHorizon, type Horizon, horizonIsStale } from '../schedule/proof/horizon.ts';
import type { Generation } from '../state/generation.ts';
import { readGeneration } from '../state/generation-store.ts';
import { type NamespaceLayout, namespaceLayout, stateLayout } from '../state/layout.ts';
import { readNamespaceRecord } from '../state/namespace-record.ts';
import { adoptChange } from './adopt-change.ts';
import { type ProgramCheck, programCheck } from './check-programs.ts';
import { type BackendFinder, backendFinder, chooseBackend } from './choose-backend.ts';
import { compareEntry } from './compare-entries.ts';
import { findOriginals, standsWarning } from './find-originals.ts';
import { followersFirst } from './followers-first.ts';
import { installedDigest } from './installed-digest.ts';
import { likelyRenames } from './likely-renames.ts';
import { type MovedDeclaration, movedChange, movedEntries } from './moved-change.ts';
import type { Change, NotForThisHost, Plan, PlannedEntry } from './plan.ts';
import { type PreparedJob, prepareJob } from './prepare-job.ts';
import { runsRota } from './runs-rota.ts';
import { scheduleFacts } from './schedule-facts.ts';
import { summaryOf } from './summary.ts';

/** What is declared, as planning needs it; a `Declaration` fits. */
export interface Declared {
  readonly namespace: string;
  readonly source: string;
  readonly jobs: readonly Job[];
  readonly excluded: readonly (JobKey & { readonly reason: string })[];
  readonly backend?: string;
  readonly policy?: {
    readonly backends: readonly string[];
    readonly exceptions: readonly { readonly job: string; readonly reason: string }[];
  };
  readonly removals?: { readonly maxShare: number };
  /** Jobs that got another name or tenant. */
  readonly moved?: readonly MovedDeclaration[];
  readonly hostname: string;
  readonly checkinUrl?: string;
  readonly warnings: readonly Issue[];
}

/** What to plan, against which machine. */
export interface MakePlanInput {
  readonly host: Host;
  readonly backends: readonly Backend[];
  readonly declared: Declared;
  /** Install on this one. @default what the config says, else what is recorded, else the best that the machine has */
  readonly backend?: string | undefined;
  /** Plan the repair of drifted entries too. @default false */
  readonly repair?: boolean | undefined;
  /** Take a namespace that another source declared. @default false */
  readonly takeOver?: boolean | undefined;
  /** Let imported jobs take the place of what they were imported from. @default false */
  readonly adopt?: boolean | undefined;
  /** Refuse jobs whose `requires.commands` are not here. @default true; maintenance renews what is installed, whatever became of them */
  readonly requireCommands?: boolean | undefined;
  /** Where the jobs find their secrets. @default where this host has them; what is compiled again keeps its place */
  readonly secretsFile?: string | undefined;
  /** Whether the apply puts Rota's own command in its place, so that jobs find it. @default false */
  readonly bringsCommand?: boolean | undefined;
}

/** Largest share of installed jobs that an apply deletes unasked, unless the config says otherwise. */
export const defaultRemovalShare = 0.5;

/**
 * Compares what is declared with what is installed. Reads the machine, changes nothing.
 *
 * @throws ROTA_JOB_REFUSED or ROTA_REQUIREMENT_MISSING with one issue for each job that cannot be had; ROTA_BACKEND_UNKNOWN, ROTA_BACKEND_UNAVAILABLE, ROTA_BACKEND_POLICY,
 *   ROTA_NAMESPACE_SOURCE, ROTA_STATE_DAMAGED, ROTA_ADOPT_CHANGED.
 */
export async function makePlan(input: MakePlanInput): Promise<Plan> {
  const { host, declared } = input;
  const layout = namespaceLayout(host.stateDir, declared.namespace);
  const record = readNamespaceRecord(host.files, layout);
  const generation = record === null ? null : readGeneration<Generation<Job, Artifact>>(host.files, layout, record.current);
  const previous = new Map((generation?.entries ?? []).map((entry) => [printJobKey(entry), entry]));
  const find = backendFinder(host, input.backends);
  const chosen = await chooseBackend(
    host,
    input.backends,
    find,
    input.backend ?? declared.backend ?? record?.backend,
    declared.policy?.backends,
  );

  const programs = programCheck(host);
  const prepared = await prepareAll(input, find, chosen.backend.name, previous, programs, layout);
  const warnings: Finding[] = declared.warnings.map(({ message, suggestion }) => ({
    severity: 'warning',
    message,
    ...(suggestion === undefined ? {} : { remedy: suggestion }),
  }));
  const used = new Set([
    chosen.backend.name,
    ...prepared.map((job) => job.entry.backend),
    ...[...previous.values()].map((entry) => entry.backend),
  ]);
  const dialects: Record<string, Dialect> = {};
  const installed = new Map<string, Map<string, Installed>>();
  for (const name of [...used].sort()) {
    const { backend, availability } = await find(name);
    dialects[name] = availability.dialect;
    warnings.push(...availability.findings);
    installed.set(name, await installedBy(host, backend, declared.namespace, previous));
  }

  const excluded = new Map(declared.excluded.map((job) => [printJobKey(job), job.reason]));
  const desired = new Map(prepared.map((job) => [printJobKey(job.entry), job]));
  const originals = await findOriginals({
    host,
    backends: input.backends,
    jobs: prepared.map(({ entry }) => entry.job),
    adopted: generation?.adopted,
    adopt: input.adopt ?? false,
  });
  warnings.push(...originals.warnings);
  const movedFrom = movedEntries(declared.moved ?? [], previous, new Set(desired.keys()));
  const leaving = new Set([...movedFrom.values()].map(printJobKey));
  const changes: Change[] = [];
  const entries: PlannedEntry[] = [];
  for (const id of new Set(
    [...desired.keys(), ...previous.keys(), ...[...installed.values()].flatMap((found) => [...found.keys()])].sort(),
  )) {
    if (leaving.has(id)) continue;
    const ready = desired.get(id);
    const old = movedFrom.get(id);
    const before = old ?? previous.get(id);
    const home = ready?.entry.backend ?? before?.backend;
    const at = old === undefined ? id : printJobKey(old);
    const stray = [...installed].find(
      ([name, found]) => (home === undefined || name === home || name === old?.backend) && found.has(at),
    );
    const compared = compareEntry({
      desired: ready,
      previous: before,
      installed: stray?.[1].get(at),
      left: before === undefined || before.backend === home ? undefined : installed.get(before.backend)?.get(at),
      excluded: excluded.get(id) ?? excluded.get(declared.moved?.find(({ from }) => from === id)?.to ?? ''),
      repair: input.repair ?? false,
    });
    if (compared === null) continue;
    const original = originals.standing.get(id);
    const renamed = old === undefined ? compared : movedChange(compared, old);
    const result = original !== undefined && input.adopt ? adoptChange(renamed, original) : renamed;
    if (original !== undefined && result.change.action !== 'adopt') warnings.push(standsWarning(id, original));
    changes.push(result.change.backend === '' ? { ...result.change, backend: stray?.[0] ?? chosen.backend.name } : result.change);
    if (result.next !== null) entries.push(result.next);
    if (result.change.action !== 'none' && ready !== undefined) {
      const { job } = ready.entry;
      const comes = input.bringsCommand === true && runsRota(job, host);
      warnings.push(...ready.warnings, ...(comes ? [] : programs.warnings(job)));
    }
  }
  warnings.push(...likelyRenames(changes, previous, entries));
  // A namespace that holds nothing any more is anybody's.
  if (previous.size > 0) checkSource(record?.source, declared, changes, input.takeOver ?? false);
  return {
    formatVersion: 1,
    namespace: declared.namespace,
    source: declared.source,
    backend: chosen.backend.name,
    dialects,
    base: {
      generation: record?.current ?? null,
      digest: installedDigest([...installed.values()].flatMap((found) => [...found.values()])),
    },
    changes,
    notForThisHost: declared.excluded.map(({ tenant, name, reason }): NotForThisHost => ({ tenant, name, reason })),
    warnings,
    summary: summaryOf(changes),
    entries,
    launchFiles: Object.fromEntries(prepared.flatMap((job) => (job.launch === null ? [] : [[job.launch.name, job.launch.text]]))),
    removalShare: declared.removals?.maxShare ?? defaultRemovalShare,
    horizonNow: freshHorizon(Math.floor(host.now() / 1000)),
  };
}

type Ready = Extract<PreparedJob, { kind: 'ready' }>;

async function prepareAll(
  input: MakePlanInput,
  find: BackendFinder,
  namespaceBackend: string,
  previous: ReadonlyMap<string, PlannedEntry>,
  programs: ProgramCheck,
  layout: NamespaceLayout,
): Promise<Ready[]> {
  const { host, declared } = input;
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

async function installedBy(
  host: Host,
  backend: Backend,
  namespace: string,
  previous: ReadonlyMap<string, PlannedEntry>,
): Promise<Map<string, Installed>> {
  const expected = new Map(
    [...previous].flatMap(([id, entry]) =>
      entry.backend === backend.name && entry.artifact !== null ? [[id, entry.artifact] as const] : [],
    ),
  );
  return new Map((await backend.list(host, { namespace, expected })).map((entry) => [printJobKey(entry), entry]));
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

function checkSource(recorded: string | undefined, declared: Declared, changes: readonly Change[], takeOver: boolean): void {
  if (recorded === undefined || recorded === declared.source || takeOver || changes.every((change) => change.action === 'none'))
    return;
  throw new RotaError(
    'ROTA_NAMESPACE_SOURCE',
    `The namespace \`${declared.namespace}\` was declared from ${recorded}; this is ${declared.source}.`,
    {
      suggestions: [
        'If this source takes its place, repeat with --take-over.',
        'If both are to stay, give this one a namespace of its own: --namespace NAME.',
      ],
    },
  );
}

function refusalIssue(job: Job, reason: string): Issue {
  return { code: 'ROTA_JOB_REFUSED', severity: 'error', message: `${printJobKey(job)}: ${reason}`, ...job.source };
}
