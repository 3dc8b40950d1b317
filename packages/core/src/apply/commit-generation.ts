import type { Artifact, Backend } from '../backend/backend.ts';
import { isRotaError, RotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import type { Job } from '../job/job.ts';
import { type MovedJob, writeMovedJobs } from '../run/record/moved-jobs.ts';
import type { Generation } from '../state/generation.ts';
import {
  keptGenerations,
  listGenerations,
  pruneGenerations,
  pruneLaunchFiles,
  readGeneration,
  removeGeneration,
  writeGeneration,
} from '../state/generation-store.ts';
import { namespaceLayout } from '../state/layout.ts';
import type { NamespaceRecord } from '../state/namespace-record.ts';
import { handOver } from './hand-over.ts';
import { type Journal, type JournalStep, writeJournal } from './journal.ts';
import { settle, undo } from './recover.ts';
import { type RunStepsInput, runSteps } from './run-steps.ts';
import { startCounting } from './start-counting.ts';

export interface CommitInput {
  readonly host: Host;
  readonly backends: readonly Backend[];
  readonly before: NamespaceRecord | null;
  readonly generation: Generation<Job, Artifact>;
  readonly namespace: string;
  readonly steps: readonly JournalStep[];
  /** Jobs that got another name. @default none */
  readonly moved?: readonly MovedJob[];
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly onLeftOff?: RunStepsInput['onLeftOff'];
}

/**
 * Installs a generation as one journaled step. The caller holds the namespace's lock and has written the launch files. The order of the
 * writes is what makes it safe: generation, journal, machine, record, and the journal goes last.
 *
 * @throws ROTA_APPLY_FAILED when a backend failed and everything was put back; ROTA_APPLY_INCOMPLETE when that failed too.
 */
export async function commitGeneration(input: CommitInput): Promise<void> {
  const { host, backends, namespace, generation } = input;
  const layout = namespaceLayout(host.stateDir, namespace);
  const after: NamespaceRecord = {
    formatVersion: 1,
    namespace,
    source: generation.source,
    backend: generation.backend,
    current: generation.number,
  };
  let journal: Journal = {
    formatVersion: 1,
    cause: generation.cause,
    startedAt: generation.createdAt,
    before: input.before,
    after,
    steps: input.steps,
  };
  // What is left by an apply that died before its journal was written is nothing to go back to.
  for (const number of listGenerations(host.files, layout))
    if (number > (input.before?.current ?? 0) && number !== generation.number) removeGeneration(host.files, layout, number);
  writeGeneration(host.files, layout, generation);
  writeMovedJobs(host.files, layout, input.before?.current ?? 0, input.moved ?? []);
  writeJournal(host, layout, journal);
  const follow = handOver({ host, namespace, from: generationBefore(input), to: generation, moved: input.moved ?? [] });
  const onTakenOff: RunStepsInput['onTakenOff'] = (...done) => {
    journal = { ...journal, steps: follow(...done) };
    writeJournal(host, layout, journal);
    return journal.steps;
  };
  try {
    startCounting({ host, namespace, generation, steps: journal.steps, moved: input.moved ?? [] });
    const { onProgress, onLeftOff } = input;
    await runSteps({ host, backends, namespace, steps: journal.steps, onProgress, onLeftOff, onTakenOff });
  } catch (cause) {
    throw failed(cause, await undo(host, backends, namespace, journal, cause));
  }
  settle(host, namespace, journal);
  pruneGenerations(host.files, layout, generation.number);
  if (generation.number % keptGenerations === 0) pruneLaunchFiles(host.files, layout);
}

function generationBefore({ host, namespace, before }: CommitInput): Generation<Job, Artifact> | null {
  return before === null ? null : readGeneration(host.files, namespaceLayout(host.stateDir, namespace), before.current);
}

function failed(cause: unknown, leftOff: readonly string[]): RotaError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const putBack = leftOff.length === 0 ? 'was put back.' : `was put back but for this: ${leftOff.join(' ')}`;
  return new RotaError('ROTA_APPLY_FAILED', `The apply failed, and everything that it had changed ${putBack} ${message}`, {
    suggestions: isRotaError(cause) ? cause.suggestions : [],
    cause,
  });
}
