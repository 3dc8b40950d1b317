import type { Artifact, Backend, Dialect, Finding, Installed } from '../backend/backend.ts';
import { RotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import type { Job } from '../job/job.ts';
import { printJobKey } from '../job/job-key.ts';
import { freshHorizon } from '../schedule/proof/horizon.ts';
import type { Generation } from '../state/generation.ts';
import { readGeneration } from '../state/generation-store.ts';
import { namespaceLayout } from '../state/layout.ts';
import { readNamespaceRecord } from '../state/namespace-record.ts';
import { adoptChange } from './adopt-change.ts';
import { programCheck } from './check-programs.ts';
import { backendFinder, chooseBackend } from './choose-backend.ts';
import { compareEntry } from './compare-entries.ts';
import type { Declared } from './declared.ts';
import { findOriginals, standsWarning } from './find-originals.ts';
import { installedDigest } from './installed-digest.ts';
import { likelyRenames } from './likely-renames.ts';
import { movedChange, movedEntries } from './moved-change.ts';
import type { Change, NotForThisHost, Plan, PlannedEntry } from './plan.ts';
import { prepareJobs } from './prepare-jobs.ts';
import { runsRota } from './runs-rota.ts';
import { summaryOf } from './summary.ts';

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
  const prepared = await prepareJobs({ ...input, find, namespaceBackend: chosen.backend.name, previous, programs, layout });
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
