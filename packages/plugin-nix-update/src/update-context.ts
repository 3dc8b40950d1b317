import type { Host, ProcessResult } from '@rota/core';
import type { Command } from './machine/command.ts';
import type { UpdateLayout } from './machine/layout.ts';
import type { UpdatedSystem } from './machine/updated-system.ts';
import type { Settings } from './settings/options-schema.ts';
import type { UpdateCause } from './update-cause.ts';

/** What every step gets. */
export interface UpdateContext {
  readonly host: Host;
  readonly settings: Settings;
  readonly system: UpdatedSystem;
  readonly layout: UpdateLayout;
  readonly cause: UpdateCause;
  /** Runs a program with the environment of updates, and notes that it did. A non-zero exit is a result, not an error. */
  readonly call: (command: Command) => Promise<ProcessResult>;
  /** Milliseconds since this was opened. A clock that is set meanwhile, as an update of the time service may do, does not change it. */
  readonly elapsedMs: () => number;
  /** The time for fetch, evaluation and build begins now; until this is called it does with the context. */
  readonly beginBudget: () => void;
  /** What is left of it, in milliseconds; at least one second, so that a late call fails by its time-out. */
  readonly remainingMs: () => number;
  /** Something that a person should know, although the update goes on. */
  readonly warn: (message: string) => void;
}
