import { constants } from 'node:os';
import type { Cancel } from '../cancel.ts';
import type { RunRecord } from './run-record.ts';

/** The end of a run as its record says it. */
export type Outcome = Pick<RunRecord, 'status' | 'exitCode' | 'signal' | 'reason' | 'attempts'>;

/** sysexits.h EX_CONFIG: what was declared cannot be run as it stands. */
export const exitConfig = 78;
/** sysexits.h EX_IOERR: the state folder cannot be read or written. */
export const exitIo = 74;
/** sysexits.h EX_SOFTWARE */
export const exitSoftware = 70;
/** As timeout(1) answers. */
const exitTimeout = 124;

/** The runner was told to end by the signal that the abort names. */
export function cancelled(cancel: Cancel, attempts: number): Outcome {
  return {
    status: 'cancelled',
    exitCode: null,
    signal: String(cancel.reason),
    reason: `The runner got ${cancel.reason}.`,
    attempts,
  };
}

/** The job's own status; as a shell says it, 128 and the number for a signal. A job that never began answers with EX_CONFIG. */
export function exitStatus({ status, exitCode, signal, attempts }: Omit<Outcome, 'reason'>): number {
  if (status === 'skipped') return 0;
  if (status === 'timeout') return exitTimeout;
  if (exitCode !== null && (exitCode !== 0 || status === 'success')) return exitCode;
  const number = Object.entries(constants.signals).find(([name]) => name === signal)?.[1];
  if (number !== undefined) return 128 + number;
  return attempts === 0 ? exitConfig : 1;
}
