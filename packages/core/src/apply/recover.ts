import type { Artifact, Backend } from '../backend/backend.ts';
import { isRotaError, RotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import type { Job } from '../job/job.ts';
import { movesOfGeneration, writeMovedJobs } from '../run/record/moved-jobs.ts';
import type { Generation } from '../state/generation.ts';
import { readGeneration, removeGeneration } from '../state/generation-store.ts';
import { type NamespaceLayout, namespaceLayout } from '../state/layout.ts';
import { writeNamespaceRecord } from '../state/namespace-record.ts';
import { handOver } from './hand-over.ts';
import { inverted, type Journal, readJournal, removeJournal, writeJournal } from './journal.ts';
import { type RunStepsInput, runSteps } from './run-steps.ts';
import { startCounting } from './start-counting.ts';

/** What became of an apply that was cut off. */
export interface Recovery {
  readonly outcome: 'completed' | 'undone';
  readonly cause: Journal['cause'];
  readonly startedAt: string;
  /** Foreign entries that were to run again and stay off, since it is not certain which they are now: a sentence or two for each, with what to do. */
  readonly leftOff: readonly string[];
}

/**
 * Finishes an apply that was cut off, or, where that fails, undoes it. The caller holds the namespace's lock.
 *
 * @returns `null` when there was nothing to recover.
 * @throws ROTA_APPLY_INCOMPLETE when neither works now; the journal stays for the next command.
 */
export async function recover(host: Host, backends: readonly Backend[], namespace: string): Promise<Recovery | null> {
  const layout = namespaceLayout(host.stateDir, namespace);
  const journal = readJournal(host, layout);
  if (journal === null) return null;
  const { cause, startedAt } = journal;
  const { leftOff, onLeftOff } = tellingLeftOff();
  try {
    const generation = readGeneration<Generation<Job, Artifact>>(host.files, layout, journal.after.current);
    if (generation === null) throw new RotaError('ROTA_STATE_DAMAGED', `Generation ${journal.after.current} is gone.`);
    startCounting({
      host,
      namespace,
      generation,
      steps: journal.steps,
      moved: movesOfGeneration(host.files, layout, generation.number),
    });
    const follow = followed(host, namespace, journal, 'forward');
    const onTakenOff: RunStepsInput['onTakenOff'] = (...done) => {
      const steps = follow(...done);
      writeJournal(host, layout, { ...journal, steps });
      return steps;
    };
    await runSteps({ host, backends, namespace, steps: journal.steps, isResumed: true, onTakenOff, onLeftOff });
    settle(host, namespace, journal);
    return { outcome: 'completed', cause, startedAt, leftOff };
  } catch (forward) {
    return { outcome: 'undone', cause, startedAt, leftOff: await undo(host, backends, namespace, journal, forward) };
  }
}

function tellingLeftOff() {
  const leftOff: string[] = [];
  const onLeftOff: RunStepsInput['onLeftOff'] = ({ backend, id }, why) => void leftOff.push(`${backend} ${id} stays off. ${why}`);
  return { leftOff, onLeftOff };
}

function followed(
  host: Host,
  namespace: string,
  { before, after }: Journal,
  way: 'forward' | 'back',
): RunStepsInput['onTakenOff'] {
  const layout = namespaceLayout(host.stateDir, namespace);
  const [old, fresh] = [before, after].map((record) => (record === null ? null : readIfWhole(host, layout, record.current)));
  const moved = movesOfGeneration(host.files, layout, after.current);
  if (way === 'forward') return handOver({ host, namespace, from: old ?? null, to: fresh ?? null, moved });
  const back = moved.map(({ from, to }) => ({ from: to, to: from }));
  return handOver({ host, namespace, from: fresh ?? null, to: old ?? null, moved: back });
}

/** The steps of the journal suffice to recover; a generation that is damaged is told of by whoever needs it. */
function readIfWhole(host: Host, layout: NamespaceLayout, number: number): Generation<Job, Artifact> | null {
  try {
    return readGeneration(host.files, layout, number);
  } catch (error) {
    if (isRotaError(error)) return null;
    throw error;
  }
}

/** Makes the new generation the current one and drops the journal: the apply is done. */
export function settle(host: Host, namespace: string, journal: Journal): void {
  const layout = namespaceLayout(host.stateDir, namespace);
  writeNamespaceRecord(host.files, layout, journal.after);
  removeJournal(host, layout);
}

/**
 * Puts everything back.
 *
 * @returns what stays off although it ran before, as {@link Recovery.leftOff}
 * @throws ROTA_APPLY_INCOMPLETE, whose cause is why the apply failed
 */
export async function undo(
  host: Host,
  backends: readonly Backend[],
  namespace: string,
  journal: Journal,
  cause: unknown,
): Promise<readonly string[]> {
  const layout = namespaceLayout(host.stateDir, namespace);
  const { leftOff, onLeftOff } = tellingLeftOff();
  try {
    const onTakenOff = followed(host, namespace, journal, 'back');
    await runSteps({ host, backends, namespace, steps: inverted(journal.steps), isResumed: true, onTakenOff, onLeftOff });
    if (journal.before === null) host.files.remove(layout.record);
    else writeNamespaceRecord(host.files, layout, journal.before);
    removeJournal(host, layout);
  } catch (failure) {
    const why = [cause, failure].map((error) => (error instanceof Error ? error.message : String(error))).join(' Undoing it: ');
    throw new RotaError('ROTA_APPLY_INCOMPLETE', `The apply failed and could not be undone yet. ${why}`, {
      suggestions: [
        'Mend the cause; the next command then finishes or undoes it.',
        `What was to be done stands in ${layout.journal}.`,
      ],
      cause,
    });
  }
  forget(host, layout, journal);
  return leftOff;
}

/** Only now: who is killed before the journal is gone may have to complete that generation after all. What stays is no generation that counts. */
function forget(host: Host, layout: NamespaceLayout, { before, after }: Journal): void {
  try {
    removeGeneration(host.files, layout, after.current);
    writeMovedJobs(host.files, layout, before?.current ?? 0, []);
  } catch {
    // the next apply drops both
  }
}
