import { type Host, RotaError } from '@rota/core';
import * as v from 'valibot';
import type { LockChange } from '../lock/lock-change.ts';
import type { Baseline } from '../machine/read-baseline.ts';
import type { UpdatedSystem } from '../machine/updated-system.ts';
import { type StepName, stepNames } from '../steps/step-names.ts';
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
  /** Of a rollback that a person asked for, which has no target: what it goes from. Absent in what an earlier version wrote. */
  readonly left?: Pick<Baseline, 'profile' | 'current'> | undefined;
  /** It needs a boot to be active: its health is judged after that. */
  readonly needsBoot: boolean;
  /** It did not go through, and is being taken back: whoever finds this goes on with that, however far it had come. */
  readonly takenBack?: boolean;
  /** Of what is being taken back: it is not known to be unwell, and somebody's switch only came in between. */
  readonly blameless?: boolean;
}

/** @throws ROTA_STATE_DAMAGED */
export function readJournal(files: Pick<Host['files'], 'readText'>, path: string): UpdateJournal | null {
  const text = files.readText(path);
  if (text === undefined) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (isJournal(value)) return value;
  } catch {
    // said below
  }
  throw new RotaError('ROTA_STATE_DAMAGED', `The journal of an update cannot be read: ${path}`, {
    suggestions: ['See what runs now (`rota nix status`), then remove the file.'],
  });
}

/** What recovering acts on. A file that holds something else is damaged, whatever its format says. */
const schema = v.looseObject({
  formatVersion: v.literal(1),
  step: v.picklist(stepNames),
  operation: v.picklist(['switch', 'boot', 'test']),
  system: v.looseObject({ kind: v.picklist(['nixos', 'home-manager']), profile: v.string(), current: v.string() }),
  baseline: v.looseObject({ profile: v.nullable(v.string()), current: v.nullable(v.string()), bootId: v.nullable(v.string()) }),
  lock: v.nullable(v.looseObject({ mode: v.picklist(['in-place', 'committed']) })),
  target: v.nullable(v.string()),
});

function isJournal(value: unknown): value is UpdateJournal {
  return v.is(schema, value);
}

export function writeJournal(files: Pick<Host['files'], 'write'>, path: string, journal: UpdateJournal): void {
  files.write(path, `${JSON.stringify(journal)}\n`);
}
