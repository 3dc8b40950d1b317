import { UpdateFailure } from './failure.ts';
import { type UpdateJournal, writeJournal } from './journal/update-journal.ts';
import { appendLog } from './record/log-file.ts';
import { isAtOrAfter, type StepName } from './steps/step-names.ts';
import type { UpdateContext } from './update-context.ts';

/** The journaled progress of one update. */
export interface UpdateRun {
  /** The journal as it was written last. */
  readonly journal: () => UpdateJournal;
  /** Takes down what has become known, before it is acted on. */
  readonly note: (facts: Partial<Pick<UpdateJournal, 'lock' | 'target' | 'needsBoot' | 'takenBack' | 'blameless'>>) => void;
  /** Journals that a step begins, does it, and writes its line into the log. `detail` says how it went. */
  readonly step: <T>(name: StepName, work: () => Promise<T>, detail?: (result: T) => string) => Promise<T>;
}

/** A step that begins or ends; `detail` is how it went. */
export type StepEvent = { readonly step: StepName; readonly state: 'started' | 'done' | 'failed'; readonly detail: string };

export function beginRun(
  { host, layout, warn }: Pick<UpdateContext, 'host' | 'layout' | 'warn'>,
  first: UpdateJournal,
  { onStep, signal }: { readonly onStep: (event: StepEvent) => void; readonly signal: AbortSignal | undefined },
): UpdateRun {
  let journal = first;
  const save = (next: UpdateJournal): void => {
    journal = next;
    writeJournal(host.files, layout.journal, next);
  };
  // A log that cannot be written (a full disk) neither stops an update nor hides why it failed.
  const log = (name: StepName, status: string, details: string): void => {
    try {
      appendLog(host.files, layout.log, host.now(), name, status, details);
    } catch (error) {
      warn(`The log cannot be written: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return {
    journal: () => journal,
    note: (facts) => save({ ...journal, ...facts }),
    async step(name, work, detail = () => '') {
      // Who asks to stop is heard until something is deployed; from there on the way to a sound system is the shorter one.
      if (signal?.aborted && !isAtOrAfter(name, 'activate'))
        throw new UpdateFailure('interrupted', `The update was asked to stop before the step ${name}.`);
      save({ ...journal, step: name });
      onStep({ step: name, state: 'started', detail: '' });
      try {
        const result = await work();
        const text = detail(result);
        log(name, 'ok', text);
        onStep({ step: name, state: 'done', detail: text });
        return result;
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        log(name, error instanceof UpdateFailure && error.deferred ? 'deferred' : 'failed', message);
        onStep({ step: name, state: 'failed', detail: message });
        throw error;
      }
    },
  };
}
