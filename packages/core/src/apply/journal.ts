import type { Artifact, BackendChange, Dialect } from '../backend/backend.ts';
import type { ForeignSwitch } from '../backend/foreign-entry.ts';
import type { Host } from '../host/host.ts';
import type { JobKey } from '../job/job.ts';
import type { NamespaceLayout } from '../state/layout.ts';
import { type NamespaceRecord, parseState } from '../state/namespace-record.ts';

/** One batch for one backend. */
export interface JournalStep {
  readonly backend: string;
  readonly dialect: Dialect;
  readonly changes: readonly BackendChange[];
  /** Foreign entries to be switched; a step has either these or changes. */
  readonly foreign?: { readonly switches: readonly ForeignSwitch[]; readonly handledUntil: number };
}

/**
 * What an apply is about to do, written before it does anything. Whoever finds one after a crash can finish it, because every step says
 * what shall be, or undo it, because every step says what was.
 */
export interface Journal {
  readonly formatVersion: 1;
  readonly cause: 'apply' | 'rollback' | 'destroy';
  readonly startedAt: string;
  /** The namespace's record before; `null` at the first apply. */
  readonly before: NamespaceRecord | null;
  /** The namespace's record after; its generation is on disk before the journal is. */
  readonly after: NamespaceRecord;
  readonly steps: readonly JournalStep[];
}

export function readJournal(host: Host, layout: NamespaceLayout): Journal | null {
  const text = host.files.readText(layout.journal);
  if (text === undefined) return null;
  return parseState<Journal>(text, layout.journal, {
    isWhole: ({ steps, after, before }) => Array.isArray(steps) && typeof after?.current === 'number' && before !== undefined,
  });
}

export function writeJournal(host: Host, layout: NamespaceLayout, journal: Journal): void {
  host.files.write(layout.journal, `${JSON.stringify(journal)}\n`);
}

export function removeJournal(host: Host, layout: NamespaceLayout): void {
  host.files.remove(layout.journal);
}

/** The same steps turned round, last one first. Pure. */
export function inverted(steps: readonly JournalStep[]): readonly JournalStep[] {
  return [...steps].reverse().map((step) => ({
    ...step,
    ...(step.foreign === undefined ? {} : { foreign: { ...step.foreign, switches: invertedSwitches(step.foreign.switches) } }),
    changes: [...step.changes]
      .reverse()
      .map((change): BackendChange => ({ ...change, before: change.after, after: change.before })),
  }));
}

function invertedSwitches(switches: readonly ForeignSwitch[]): readonly ForeignSwitch[] {
  // What had been switched off by somebody else before is not missed when it goes off again.
  return [...switches].reverse().map((one) => ({ ...one, to: one.to === 'on' ? 'off' : 'on', mustExist: false }));
}

/** What a step is to leave behind, by job; for the check that follows it. Pure. */
export function expectedAfter(step: JournalStep): readonly (JobKey & { readonly artifact: Artifact | null })[] {
  return step.changes.map(({ tenant, name, after }) => ({ tenant, name, artifact: after }));
}
