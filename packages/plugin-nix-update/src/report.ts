import type { FailureClass } from './failure.ts';
import type { InputChange } from './lock/lock-inputs.ts';
import type { RebootState } from './reboot/reboot-marker.ts';
import type { StepName } from './steps/step-names.ts';
import type { UpdateCause } from './update-cause.ts';

/**
 * How a run ended. `updated`: the new system is the default and, unless a boot is needed, active. `unchanged`: nothing newer. `deferred`: not now,
 * nothing is wrong. `failed`: nothing of the machine was changed. `rolled-back`: the machine is what it was. `rollback-failed`: it is not, and a
 * person has to look.
 */
export type UpdateStatus = 'updated' | 'unchanged' | 'deferred' | 'failed' | 'rolled-back' | 'rollback-failed';

/** One run, as history keeps it and `--json` prints it. Instants are ISO 8601 in UTC. */
export interface UpdateReport {
  readonly formatVersion: 1;
  readonly runId: string;
  /** `update`: the steps; `recovery`: the end of a run that was cut off; `verification`: the look after a boot; `rollback`: asked for by a person. */
  readonly kind: 'update' | 'recovery' | 'verification' | 'rollback';
  readonly cause: UpdateCause;
  readonly status: UpdateStatus;
  readonly startedAt: string;
  readonly endedAt: string;
  /** The step in which it ended early. */
  readonly step: StepName | null;
  readonly failure: { readonly class: FailureClass; readonly message: string; readonly output: string } | null;
  /** Store paths: what was the default before, and what was tried. */
  readonly from: string | null;
  readonly to: string | null;
  readonly lockDigest: string | null;
  readonly inputs: readonly InputChange[];
  readonly summary: readonly string[];
  readonly warnings: readonly string[];
  readonly reboot: RebootState;
  /** Every program that was run, in order. */
  readonly commands: readonly string[];
}

export function succeeded({ status }: Pick<UpdateReport, 'status'>): boolean {
  return status === 'updated' || status === 'unchanged' || status === 'deferred';
}

/** Of a recovery or a verification: what it was to end is still open, and the next run has to begin with it. */
export function isLeftOpen({ status }: Pick<UpdateReport, 'status'>): boolean {
  return status === 'rollback-failed' || status === 'deferred';
}
