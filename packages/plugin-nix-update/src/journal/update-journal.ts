import { type Host, RotaError } from '@rota/core';
import type { LockChange } from '../lock/lock-change.ts';
import type { Baseline } from '../machine/read-baseline.ts';
import type { UpdatedSystem } from '../machine/updated-system.ts';
import type { StepName } from '../steps/step-names.ts';
import type { UpdateCause } from '../update-cause.ts';

/**
 * What a run is in the middle of, written before each step does anything. Whoever finds one after a kill or a power cut knows what may have
 * been changed, what stood there before, and what was to stand there.
 */
export interface UpdateJournal {
  readonly formatVersion: 1;
  readonly runId: string;
  readonly cause: UpdateCause;
  readonly startedAt: string;
  readonly operation: 'switch' | 'boot' | 'test';
  readonly system: UpdatedSystem;
  /** The step that has begun. */
  readonly step: StepName;
  readonly baseline: Baseline;
  readonly lock: LockChange | null;
  /** Store path of the new system, once it is known. */
  readonly target: string | null;
  /** It needs a boot to be active: its health is judged after that. */
  readonly needsBoot: boolean;
}

/** @throws ROTA_STATE_DAMAGED */
export function readJournal(files: Pick<Host['files'], 'readText'>, path: string): UpdateJournal | null {
  const text = files.readText(path);
  if (text === undefined) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && 'formatVersion' in value && value.formatVersion === 1)
      return value as UpdateJournal;
  } catch {
    // said below
  }
  throw new RotaError('ROTA_STATE_DAMAGED', `The journal of an update cannot be read: ${path}`, {
    suggestions: ['See what runs now (`rota nix status`), then remove the file.'],
  });
}

export function writeJournal(files: Pick<Host['files'], 'write'>, path: string, journal: UpdateJournal): void {
  files.write(path, `${JSON.stringify(journal)}\n`);
}
