import { isRotaError } from '../../errors/rota-error.ts';
import type { Host } from '../../host/host.ts';
import { withLock } from '../../state/lock.ts';
import { openState } from '../../state/state-format.ts';
import { buildReference, type FlakePlace } from '../plan/flake-reference.ts';
import { openRepository } from '../plan/open-repository.ts';
import { findTarget, type PlanTargetsInput, planTargets } from '../plan/plan-targets.ts';
import type { PlannedTarget } from '../plan/target-plan.ts';
import { targetLayout } from '../target-layout.ts';
import { changeTargetRecord, readTargetRecords, recordKey } from '../target-records.ts';
import { evaluateAttr, isFailure, realiseDerivation } from './nix-build.ts';
import type { TargetBuild, TargetBuilds } from './target-build.ts';

/** What {@link buildTargets} is given; see there. */
export interface BuildTargetsInput extends Omit<PlanTargetsInput, 'names'> {
  /** These are built whatever changed. @default what the plan says */
  readonly names?: readonly string[] | undefined;
  /** How many are built at a time. @default 2 */
  readonly jobs?: number | undefined;
  /** Longest time of one build, unless its target says otherwise. @default an hour */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called when a target begins and when it has ended. */
  readonly onProgress?: (progress: {
    readonly name: string;
    readonly system: string;
    readonly status: TargetBuild['status'] | 'begun';
  }) => void;
}

/** How many logs of one target are kept. */
const keptLogs = 10;

/**
 * Builds the commit that is checked out, never what is not committed, and records what came of it. One that fails keeps no other from being
 * built. A target that is built by two at once is built by one after the other.
 *
 * @throws what {@link planTargets} throws; ROTA_COMMAND_MISSING, ROTA_STATE_NEWER, ROTA_STATE_FOREIGN
 */
export async function buildTargets(input: BuildTargetsInput): Promise<TargetBuilds> {
  const { host, names = [], targets } = input;
  for (const name of [...names, ...(input.only ?? [])]) findTarget(targets, name);
  openState(host);
  const plan = await planTargets({ ...input, names: [], all: undefined, only: undefined });
  const forced = input.only ?? (input.all ? targets.map(({ name }) => name) : names);
  const isForced = forced.length > 0 || input.only !== undefined;
  const chosen = plan.targets.filter((one) => (isForced ? forced.includes(one.name) : one.rebuild || one.attr === null));
  const repository = await openRepository(host, input.baseDir);
  const hasSubmodules = (await repository.git(['cat-file', '-e', `${plan.head}:.gitmodules`])).exitCode === 0;
  const flakeOf = (name: string): FlakePlace => ({
    root: repository.root,
    revision: plan.head,
    dir: repository.inRepository(findTarget(targets, name).flake),
    isShallow: repository.isShallow,
    hasSubmodules,
  });
  const build = (one: PlannedTarget): Promise<TargetBuild> => buildOne(input, one, plan.head, buildReference(flakeOf(one.name)));
  const built = await inOrder(input, chosen, build);
  return { formatVersion: 1, revision: plan.head, targets: built, warnings: plan.warnings };
}

/** A target waits for those that it is built from; otherwise as many at a time as are allowed. */
async function inOrder(
  { targets, jobs = 2, signal, onProgress }: BuildTargetsInput,
  chosen: readonly PlannedTarget[],
  build: (one: PlannedTarget) => Promise<TargetBuild>,
): Promise<readonly TargetBuild[]> {
  const place = places(Math.max(1, jobs));
  const started = new Map<string, Promise<TargetBuild>>();
  const byKey = new Map(chosen.map((one) => [recordKey(one), one]));
  const start = (one: PlannedTarget): Promise<TargetBuild> => {
    const known = started.get(recordKey(one));
    if (known !== undefined) return known;
    const before = findTarget(targets, one.name).dependsOn.flatMap(
      (name) => byKey.get(recordKey({ name, system: one.system })) ?? [],
    );
    // Told before its place is free for the next one.
    const told = (ended: TargetBuild): TargetBuild => {
      onProgress?.({ name: one.name, system: one.system, status: ended.status });
      return ended;
    };
    const result = (async () => {
      const failed = (await Promise.all(before.map(start))).find(({ status }) => status === 'failed' || status === 'skipped');
      if (one.attr === null) return told(notBuilt(one, 'unsupported', null));
      if (failed !== undefined) {
        const message = `It is built from ${failed.name}, which was not built.`;
        return told(notBuilt(one, 'skipped', { kind: 'dependency', message }));
      }
      return await place(async () => {
        if (signal?.aborted)
          return told(notBuilt(one, 'failed', { kind: 'interrupted', message: 'Interrupted before it began.' }));
        onProgress?.({ name: one.name, system: one.system, status: 'begun' });
        return told(await build(one));
      });
    })();
    started.set(recordKey(one), result);
    return result;
  };
  return await Promise.all(chosen.map(start));
}

/** Lets so many pieces of work go on at a time. */
function places(count: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = count;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free -= 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}

async function buildOne(input: BuildTargetsInput, one: PlannedTarget, revision: string, flake: string): Promise<TargetBuild> {
  const { host, namespace, signal } = input;
  const { name, system } = one;
  const layout = targetLayout(host.stateDir, namespace);
  const began = host.now();
  const timeoutMs = findTarget(input.targets, name).timeoutMs ?? input.timeoutMs ?? 3_600_000;
  const attr = one.attr ?? '';
  const base = { name, system, attr, previous: one.artifact, reasons: one.reasons };
  const lock = { purpose: `build ${name} for ${system}`, waitMs: timeoutMs + 60_000, signal };
  host.files.makeFolder(layout.root);
  try {
    return await withLock(host, layout.buildLock(name, system), lock, async () => {
      const log = newLog(host, layout.logs(name, system));
      // Before the build: what one of them becomes meanwhile is a reason to build this one again.
      const dependencies = dependenciesOf(input, one);
      const place = { host, flake, attr, log, timeoutMs, signal };
      const failed = (failure: TargetBuild['failure'], drvPath: string | null): TargetBuild => {
        const durationMs = host.now() - began;
        return { ...base, status: 'failed', artifact: one.artifact, drvPath, staleHint: false, failure, log, durationMs };
      };
      const evaluation = await evaluateAttr(place);
      if (isFailure(evaluation)) return failed(evaluation, null);
      host.files.makeFolder(layout.keepFolder);
      const artifact = await realiseDerivation(place, evaluation, layout.keep(name, system, 'built'));
      if (isFailure(artifact)) return failed(artifact, evaluation.drvPath);
      const { drvPath } = evaluation;
      const at = new Date(host.now()).toISOString();
      await changeTargetRecord(host, namespace, { name, system }, (record) => ({
        ...record,
        built: { revision, attr, artifact, drvPath, at, log, dependencies },
      }));
      const status = artifact === one.artifact ? 'unchanged' : 'built';
      const staleHint = status === 'built' && one.artifact !== null && !one.rebuild;
      return { ...base, status, artifact, drvPath, staleHint, failure: null, log, durationMs: host.now() - began };
    });
  } catch (error) {
    // One that cannot be built for a reason of its own, such as a full disk under its log, loses no other.
    const message = error instanceof Error ? error.message : String(error);
    const ways = isRotaError(error) ? error.suggestions : [];
    const failure = { kind: 'other', message: [message, ...ways].join(' ') } as const;
    return { ...notBuilt(one, 'failed', failure), durationMs: host.now() - began };
  }
}

function dependenciesOf(
  { host, namespace, targets }: BuildTargetsInput,
  { name, system }: PlannedTarget,
): Readonly<Record<string, string | null>> {
  const records = readTargetRecords(host, namespace);
  const artifactOf = (dependency: string): string | null =>
    records.get(recordKey({ name: dependency, system }))?.built?.artifact ?? null;
  return Object.fromEntries(findTarget(targets, name).dependsOn.map((dependency) => [dependency, artifactOf(dependency)]));
}

function notBuilt(one: PlannedTarget, status: TargetBuild['status'], failure: TargetBuild['failure']): TargetBuild {
  const { name, system, attr, artifact, reasons } = one;
  return {
    name,
    system,
    attr,
    status,
    artifact,
    previous: artifact,
    drvPath: null,
    staleHint: false,
    failure,
    log: null,
    durationMs: 0,
    reasons,
  };
}

/** A log of its own for each build, the oldest making room. */
function newLog(host: Pick<Host, 'files' | 'now'>, folder: string): string {
  host.files.makeFolder(folder);
  const old = host.files.list(folder).filter((name) => name.endsWith('.log'));
  for (const name of old.slice(0, Math.max(0, old.length - keptLogs + 1))) host.files.remove(`${folder}/${name}`);
  const name = new Date(host.now()).toISOString().replaceAll(/[:.]/g, '-');
  return `${folder}/${name}-${process.pid}.log`;
}
