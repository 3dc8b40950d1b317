import { join } from 'node:path';
import type { Artifact, Backend } from '../backend/backend.ts';
import { RotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import type { Job } from '../job/job.ts';
import { printJobKey } from '../job/job-key.ts';
import type { Change } from '../plan/plan.ts';
import { installLauncher } from '../run/launch/install-launcher.ts';
import { type MovedJob, readMovedJobs } from '../run/record/moved-jobs.ts';
import type { Generation } from '../state/generation.ts';
import { listGenerations, readGeneration } from '../state/generation-store.ts';
import { namespaceLayout } from '../state/layout.ts';
import { withLock } from '../state/lock.ts';
import { readNamespaceRecord } from '../state/namespace-record.ts';
import { checkState, openState } from '../state/state-format.ts';
import { digestedKey, releasedBy, retakenBy, switchedOriginals, switchSteps } from './adopted-originals.ts';
import type { ApplyResult } from './apply-plan.ts';
import { commitGeneration } from './commit-generation.ts';
import { freshEntries } from './fresh-entries.ts';
import { handledUntil } from './handled-until.ts';
import { readJournal } from './journal.ts';
import { recover } from './recover.ts';
import { changesBetween, stepsOf } from './steps-of.ts';
import { waitForQuiet } from './wait-for-quiet.ts';
import { writeLaunchFiles } from './write-launch-files.ts';

/** What to go back to. */
export interface RollbackInput {
  readonly host: Host;
  readonly backends: readonly Backend[];
  readonly namespace: string;
  /** What to install: an earlier generation, or nothing at all. @default number the one before the current */
  readonly to: { readonly kind: 'generation'; readonly number?: number | undefined } | { readonly kind: 'nothing' };
  /** Called after each step that is done, with the number of steps done and of all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Ends the wait for the lock and for a quiet minute; what has begun to be changed is finished or undone. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Installs an earlier generation's artifacts byte for byte, but for those that time has made stale, or removes everything. Needs no config: all comes from the state. The result is
 * a new generation.
 *
 * @throws ROTA_GENERATION_UNKNOWN, ROTA_LOCK_HELD, ROTA_APPLY_FAILED, ROTA_APPLY_INCOMPLETE
 */
export async function rollback(input: RollbackInput): Promise<ApplyResult> {
  const { host, backends, namespace } = input;
  const layout = namespaceLayout(host.stateDir, namespace);
  checkState(host);
  // Without a trace: a namespace that was never applied to may be a slip of the pen.
  if (readNamespaceRecord(host.files, layout) === null && readJournal(host, layout) === null) return fromNothing(input, null);
  openState(host);
  const cause = input.to.kind === 'nothing' ? 'destroy' : 'rollback';
  return withLock(host, layout.lock, { purpose: cause, signal: input.signal }, async () => {
    const recovered = await recover(host, backends, namespace);
    const record = readNamespaceRecord(host.files, layout);
    if (record === null) return fromNothing(input, recovered);
    const current = readGeneration<Generation<Job, Artifact>>(host.files, layout, record.current);
    if (input.to.kind === 'nothing' && current?.cause === 'destroy')
      return { generation: current.number, changes: [], recovered };
    const target = input.to.kind === 'nothing' ? null : wanted(host, namespace, record.current, input.to.number);
    const { entries, launchFiles } =
      target === null ? { entries: [], launchFiles: {} } : await freshEntries({ host, backends, namespace, generation: target });
    for (const { launchFile } of entries) {
      if (launchFile !== null && launchFiles[launchFile] !== undefined) continue;
      if (launchFile !== null && host.files.facts(join(layout.launchFiles, launchFile)) === undefined) {
        throw new RotaError(
          'ROTA_STATE_DAMAGED',
          `Generation ${target?.number} needs the launch file ${launchFile}, which is gone. Nothing was changed.`,
        );
      }
    }
    const changes = changesBetween(current?.entries ?? [], entries).filter((change) => change.action !== 'none');
    const dialects = Object.fromEntries([...(current?.entries ?? []), ...entries].map((entry) => [entry.backend, entry.dialect]));
    const [released, retaken] = [releasedBy(current, target), retakenBy(current, target)];
    const handedOver = new Set(
      [...(current?.adopted ?? []), ...(target?.adopted ?? [])].flatMap(({ job, original }) =>
        released.some((one) => one === original) || retaken.some((one) => one === original) ? [printJobKey(job)] : [],
      ),
    );
    const moves = movedBack(readMovedJobs(host.files, layout), current, target);
    const steps = withOldNames(changes, moves);
    // As when they were made: no fire time of a job may fall between its two schedulers, names, or it and its original.
    const handOvers = steps
      .filter((change) => change.action === 'move' || handedOver.has(printJobKey(change)))
      .map((change) => ({ ...change, action: 'move' as const }));
    await waitForQuiet(host, handOvers, [...entries, ...(current?.entries ?? [])], input.signal);
    const now = Math.floor(host.now() / 1000);
    const generation: Generation<Job, Artifact> = {
      formatVersion: 1,
      number: 1 + Math.max(record.current, ...listGenerations(host.files, layout)),
      createdAt: new Date(now * 1000).toISOString().replace('.000Z', 'Z'),
      cause,
      ...(target === null ? {} : { restored: target.number }),
      source: record.source,
      backend: target?.backend ?? record.backend,
      entries,
      ...((target?.adopted ?? []).length === 0 ? {} : { adopted: target?.adopted ?? [] }),
    };
    installLauncher(host);
    writeLaunchFiles(host, layout, launchFiles);
    const leftOff = new Map<string, string>();
    await commitGeneration({
      host,
      backends,
      before: record,
      generation,
      namespace,
      steps: [
        ...switchSteps(retaken, 'off', false, now),
        ...stepsOf(steps, dialects, handledUntil(host, layout, current?.entries ?? [], entries, now)),
        ...switchSteps(released, 'on', false, now),
      ],
      moved: moves.map((move) => ({
        ...move,
        at: generation.createdAt,
        generation: generation.number,
      })),
      onProgress: input.onProgress,
      onLeftOff: (original, why) => leftOff.set(digestedKey(original), why),
    });
    const originals = switchedOriginals({ current, target, released, retaken, leftOff });
    return { generation: generation.number, changes, ...(originals.length === 0 ? {} : { originals }), recovered };
  });
}

/** Where nothing was ever applied, there is nothing to remove, and nothing to go back to. */
function fromNothing({ namespace, to }: RollbackInput, recovered: ApplyResult['recovered']): ApplyResult {
  if (to.kind === 'nothing') return { generation: null, changes: [], recovered };
  throw new RotaError(
    'ROTA_GENERATION_UNKNOWN',
    `Nothing was ever applied in the namespace \`${namespace}\`. Nothing was changed.`,
    {
      suggestions: ['Perhaps it is another namespace (--namespace) or state folder (--state-dir).'],
    },
  );
}

/** The moves that a rollback turns round: the old name comes back, the new one goes. The latest first. */
function movedBack(
  moves: readonly MovedJob[],
  current: Generation<Job, Artifact> | null,
  target: Generation<Job, Artifact> | null,
): readonly Pick<MovedJob, 'from' | 'to'>[] {
  const now = new Set((current?.entries ?? []).map(printJobKey));
  const then = new Set((target?.entries ?? []).map(printJobKey));
  return moves
    .filter(
      ({ from, to, generation }) =>
        generation > (target?.number ?? 0) && now.has(to) && !now.has(from) && then.has(from) && !then.has(to),
    )
    .map(({ from, to }) => ({ from: to, to: from }))
    .toReversed();
}

/** What goes and what comes under two names of one job is one step, so that the old entry goes first. Pure. */
function withOldNames(changes: readonly Change[], moves: readonly Pick<MovedJob, 'from' | 'to'>[]): readonly Change[] {
  const byKey = new Map(changes.map((change) => [printJobKey(change), change]));
  const leaving = new Map(
    moves.flatMap(({ from, to }) => {
      const old = byKey.get(from);
      return old?.action === 'delete' && byKey.get(to)?.action === 'create' ? [[to, old] as const] : [];
    }),
  );
  const gone = new Set([...leaving.values()].map(printJobKey));
  return changes
    .filter((change) => !gone.has(printJobKey(change)))
    .map((change) => {
      const old = leaving.get(printJobKey(change));
      if (old === undefined) return change;
      return { ...change, action: 'move', from: printJobKey(old), fromBackend: old.backend, before: old.before };
    });
}

function wanted(host: Host, namespace: string, current: number, number: number | undefined): Generation<Job, Artifact> {
  const layout = namespaceLayout(host.stateDir, namespace);
  // What an apply left behind that died before it began was never installed.
  const kept = listGenerations(host.files, layout).filter((candidate) => candidate <= current);
  const chosen = number ?? kept.filter((candidate) => candidate < current).at(-1);
  const generation =
    chosen === undefined || !kept.includes(chosen) ? null : readGeneration<Generation<Job, Artifact>>(host.files, layout, chosen);
  if (generation !== null) return generation;
  throw new RotaError(
    'ROTA_GENERATION_UNKNOWN',
    `${chosen === undefined ? 'There is no earlier generation to go back to' : `There is no generation ${chosen}`}. Nothing was changed.`,
    {
      suggestions: [`Kept generations: ${kept.join(', ') || 'none'}. \`rota generations\` lists them.`],
    },
  );
}
