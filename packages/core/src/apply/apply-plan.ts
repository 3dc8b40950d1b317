import type { Artifact, Backend } from '../backend/backend.ts';
import type { AdoptedOriginal } from '../backend/foreign-entry.ts';
import { RotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import type { Job } from '../job/job.ts';
import { printJobKey } from '../job/job-key.ts';
import { installedDigest } from '../plan/installed-digest.ts';
import type { Change, Plan } from '../plan/plan.ts';
import { installLauncher } from '../run/launch/install-launcher.ts';
import type { Generation } from '../state/generation.ts';
import { listGenerations, readGeneration } from '../state/generation-store.ts';
import { namespaceLayout } from '../state/layout.ts';
import { withLock } from '../state/lock.ts';
import { type NamespaceRecord, readNamespaceRecord } from '../state/namespace-record.ts';
import { openState } from '../state/state-format.ts';
import { adoptedEntries, switchSteps } from './adopted-originals.ts';
import { commitGeneration } from './commit-generation.ts';
import { handledUntil } from './handled-until.ts';
import { type Recovery, recover } from './recover.ts';
import type { ApplyJobResult } from './run-apply-jobs.ts';
import { stepsOf } from './steps-of.ts';
import type { SwitchedOriginal } from './switched-original.ts';
import { waitForQuiet } from './wait-for-quiet.ts';
import { writeLaunchFiles } from './write-launch-files.ts';

/** A plan and what may be done for it. */
export interface ApplyPlanInput {
  readonly host: Host;
  readonly backends: readonly Backend[];
  readonly plan: Plan;
  /** Delete more than the plan's share of jobs. @default false */
  readonly allowRemovals?: boolean | undefined;
  /** Called after each step that is done, with the number of steps done and of all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Called after each change that is made. */
  readonly onChange?: ((change: Change) => void) | undefined;
  /** Ends the wait for the lock and for a quiet minute; what has begun to be changed is finished or undone. */
  readonly signal?: AbortSignal | undefined;
  /** How the generation is recorded: maintenance renews a rollback without ending its hold. @default 'apply' */
  readonly cause?: Generation['cause'] | undefined;
  /** The generation that such a rollback went back to. */
  readonly restored?: number | undefined;
}

/** What an apply did. */
export interface ApplyResult {
  /** The generation that is installed now; `null` when there is none. */
  readonly generation: number | null;
  /** The steps that were made; none of them is `none`. */
  readonly changes: readonly Change[];
  /** Foreign entries that a rollback or a destroy put back in action, or took out of it again. Absent: none. */
  readonly originals?: readonly SwitchedOriginal[];
  /** An earlier apply that was cut off, and what became of it. */
  readonly recovered: Recovery | null;
  /** `on: apply` jobs that were run, or wait for one that failed. Absent: none had to. */
  readonly applyJobs?: readonly ApplyJobResult[];
  /** Why the maintenance job could not be installed. Absent: it is there, or nothing needs it. */
  readonly maintenanceProblem?: string;
}

/**
 * Makes a plan so: exactly that, or nothing.
 *
 * @throws ROTA_PLAN_STALE, ROTA_LOCK_HELD, ROTA_REMOVALS_REFUSED, ROTA_APPLY_FAILED, ROTA_APPLY_INCOMPLETE, ROTA_ADOPT_CHANGED, ROTA_STATE_NEWER, ROTA_STATE_FOREIGN
 */
export async function applyPlan(input: ApplyPlanInput): Promise<ApplyResult> {
  const { host, plan } = input;
  const changes = plan.changes.filter((change) => change.action !== 'none');
  openState(host);
  const layout = namespaceLayout(host.stateDir, plan.namespace);
  return withLock(host, layout.lock, { purpose: 'apply', signal: input.signal }, async () => {
    const recovered = await recover(host, input.backends, plan.namespace);
    const record = readNamespaceRecord(host.files, layout);
    if (changes.length === 0) return { generation: record?.current ?? null, changes, recovered };
    const previous = record === null ? null : readGeneration<Generation<Job, Artifact>>(host.files, layout, record.current);
    await checkFresh(input, record, previous);
    checkRemovals(input, changes, previous?.entries.length ?? 0);
    // Minutes may have passed.
    if (await waitForQuiet(host, changes, plan.entries, input.signal)) await checkFresh(input, record, previous);

    installLauncher(host);
    writeLaunchFiles(host, layout, plan.launchFiles);
    const now = Math.floor(host.now() / 1000);
    const adopted = adoptedEntries(previous?.adopted, changes);
    const generation: Generation<Job, Artifact> = {
      formatVersion: 1,
      number: 1 + Math.max(0, record?.current ?? 0, ...listGenerations(host.files, layout)),
      createdAt: new Date(now * 1000).toISOString().replace('.000Z', 'Z'),
      cause: input.cause ?? 'apply',
      ...(input.restored === undefined ? {} : { restored: input.restored }),
      source: plan.source,
      backend: plan.backend,
      entries: plan.entries,
      ...(adopted.length === 0 ? {} : { adopted }),
    };
    await commitGeneration({
      host,
      backends: input.backends,
      before: record,
      generation,
      namespace: plan.namespace,
      steps: [
        ...switchSteps(originalsOf(changes), 'off', true, now),
        ...stepsOf(changes, plan.dialects, handledUntil(host, layout, previous?.entries ?? [], plan.entries, now)),
      ],
      moved: changes.flatMap(({ from, ...to }) =>
        from === undefined ? [] : [{ from, to: printJobKey(to), at: generation.createdAt, generation: generation.number }],
      ),
      onProgress: input.onProgress,
    });
    for (const change of changes) input.onChange?.(change);
    return { generation: generation.number, changes, recovered };
  });
}

function originalsOf(changes: readonly Change[]): readonly AdoptedOriginal[] {
  return changes.flatMap(({ adopts }) => (adopts === undefined ? [] : [adopts]));
}

async function checkFresh(
  { host, backends, plan }: ApplyPlanInput,
  record: NamespaceRecord | null,
  previous: Generation<Job, Artifact> | null,
): Promise<void> {
  const entries = previous?.entries ?? [];
  const installed = [];
  for (const name of Object.keys(plan.dialects).sort()) {
    const backend = backends.find((candidate) => candidate.name === name);
    const expected = new Map(
      entries.flatMap((entry) =>
        entry.backend === name && entry.artifact !== null ? [[printJobKey(entry), entry.artifact] as const] : [],
      ),
    );
    installed.push(...((await backend?.list(host, { namespace: plan.namespace, expected })) ?? []));
  }
  if ((record?.current ?? null) === plan.base.generation && installedDigest(installed) === plan.base.digest) return;
  throw new RotaError('ROTA_PLAN_STALE', 'What is installed has changed since the plan was made. Nothing was changed.', {
    suggestions: ['Plan again and look at it: rota plan'],
  });
}

function checkRemovals({ plan, allowRemovals }: ApplyPlanInput, changes: readonly Change[], installed: number): void {
  const deletes = changes.filter((change) => change.action === 'delete').length;
  if (allowRemovals || deletes === 0 || deletes <= plan.removalShare * installed) return;
  const share = `${Math.round(plan.removalShare * 100)} %`;
  throw new RotaError(
    'ROTA_REMOVALS_REFUSED',
    `This would remove ${deletes} of ${installed} installed jobs; at most ${share} go unasked. Nothing was changed.`,
    {
      suggestions: ['Look at `rota plan`. If they are to go, repeat with --allow-removals.'],
    },
  );
}
