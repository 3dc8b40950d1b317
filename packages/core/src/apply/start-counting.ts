import type { Artifact } from '../backend/backend.ts';
import type { Host } from '../host/host.ts';
import type { Job } from '../job/job.ts';
import { printJobKey } from '../job/job-key.ts';
import { seedHandled } from '../run/admit/job-state.ts';
import { handOverJobState, type MovedJob } from '../run/record/moved-jobs.ts';
import type { Generation } from '../state/generation.ts';
import { namespaceLayout } from '../state/layout.ts';
import type { JournalStep } from './journal.ts';

export interface StartCountingInput {
  readonly host: Host;
  readonly namespace: string;
  /** The one that is being installed. */
  readonly generation: Generation<Job, Artifact>;
  readonly steps: readonly JournalStep[];
  /** Jobs that get another name. */
  readonly moved: readonly Pick<MovedJob, 'from' | 'to'>[];
}

/**
 * Before anything can start: what was due before a job was installed is nobody's to run, and one under another name goes on where the old one was. Done
 * twice, as after an apply that was cut off, it does nothing more.
 */
export function startCounting({ host, namespace, generation, steps, moved }: StartCountingInput): void {
  const layout = namespaceLayout(host.stateDir, namespace);
  for (const move of moved) handOverJobState(host.files, layout, move);
  const counted = new Set(
    generation.entries.filter(({ launchFile, job }) => launchFile !== null && job.trigger.kind === 'schedule').map(printJobKey),
  );
  for (const change of steps.flatMap(({ changes }) => changes)) {
    if (change.after !== null && counted.has(printJobKey(change)))
      seedHandled(host.files, layout, change, change.handledUntil, host.now() / 1000);
  }
}
