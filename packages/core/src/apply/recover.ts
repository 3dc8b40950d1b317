import type { Backend } from '../backend/backend.ts';
import { RotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import { writeMovedJobs } from '../run/record/moved-jobs.ts';
import { removeGeneration } from '../state/generation-store.ts';
import { namespaceLayout } from '../state/layout.ts';
import { writeNamespaceRecord } from '../state/namespace-record.ts';
import { inverted, type Journal, readJournal, removeJournal } from './journal.ts';
import { runSteps } from './run-steps.ts';

/** What became of an apply that was cut off. */
export interface Recovery {
  readonly outcome: 'completed' | 'undone';
  readonly cause: Journal['cause'];
  readonly startedAt: string;
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
  try {
    await runSteps({ host, backends, namespace, steps: journal.steps });
    settle(host, namespace, journal);
    return { outcome: 'completed', cause, startedAt };
  } catch (forward) {
    await undo(host, backends, namespace, journal, forward);
    return { outcome: 'undone', cause, startedAt };
  }
}

/** Makes the new generation the current one and drops the journal: the apply is done. */
export function settle(host: Host, namespace: string, journal: Journal): void {
  const layout = namespaceLayout(host.stateDir, namespace);
  writeNamespaceRecord(host.files, layout, journal.after);
  removeJournal(host, layout);
}

/** Puts everything back. @throws ROTA_APPLY_INCOMPLETE, whose cause is why the apply failed */
export async function undo(
  host: Host,
  backends: readonly Backend[],
  namespace: string,
  journal: Journal,
  cause: unknown,
): Promise<void> {
  const layout = namespaceLayout(host.stateDir, namespace);
  try {
    await runSteps({ host, backends, namespace, steps: inverted(journal.steps) });
    if (journal.before === null) host.files.remove(layout.record);
    else writeNamespaceRecord(host.files, layout, journal.before);
    removeGeneration(host.files, layout, journal.after.current);
    writeMovedJobs(host.files, layout, journal.before?.current ?? 0, []);
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
}
