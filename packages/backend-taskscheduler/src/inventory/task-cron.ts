import { compareForeign, defineSchedule, isRotaError, type NativeSchedule, printCron, type Zone } from '@rota/core';
import type { ScheduledTrigger } from '../simulate/scheduled-trigger.ts';
import { simulator } from '../simulate/simulate.ts';
import { daysOfRules } from './days-of-rules.ts';
import { timesOfTriggers } from './times-of-triggers.ts';

/** The cron expression of a task. */
export interface TaskCron {
  readonly expression: string;
  readonly timezone: string;
  /** Equal but for days of clock changes, of which the documentation does not say what a task does. */
  readonly clockChanges: boolean;
}

export interface TaskCronContext {
  readonly machine: Zone;
  readonly utc: Zone;
  /** Seconds since the epoch. */
  readonly now: number;
  /** Whether two triggers at one instant start two instances of the task. */
  readonly startsTwice: boolean;
}

/**
 * The cron expression that fires when these triggers start, in the zone of the machine or, for triggers in UTC, in UTC. Every candidate is
 * evaluated over ten years from `now` on. `undefined`: there is none.
 */
export function taskCron(
  all: readonly ScheduledTrigger[],
  { machine, utc, now, startsTwice }: TaskCronContext,
): TaskCron | undefined {
  const triggers = all.filter((trigger) => daysOfRules([trigger]).length > 0);
  const fixed = triggers.filter(({ fixedOffset }) => fixedOffset !== undefined).length;
  if (fixed > 0 && fixed < triggers.length) return undefined;
  const zone = fixed > 0 ? utc : machine;
  const times = timesOfTriggers(triggers);
  if (times === undefined) return undefined;
  const native = knownStarts(triggers, machine, startsTwice);
  let best: TaskCron | undefined;
  for (const days of daysOfRules(triggers)) {
    for (const time of times) {
      const expression = printCron({ ...time, ...days });
      const kind = compare(expression, zone, native, now);
      if (kind === 'exact') return { expression, timezone: zone.name, clockChanges: false };
      if (kind === 'clock-changes') best ??= { expression, timezone: zone.name, clockChanges: true };
    }
  }
  return best;
}

/** What is in doubt counts one second late, so that it never equals a fire time. Two triggers that meet are one start of a task that does not start twice. */
function knownStarts(triggers: readonly ScheduledTrigger[], zone: Zone, startsTwice: boolean): NativeSchedule {
  const simulate = simulator(triggers, zone);
  return {
    entries: [],
    firesBetween(from, to) {
      const { certain, doubtful } = simulate(from, to);
      if (doubtful.length === 0) return certain;
      const known = startsTwice ? new Set<number>() : new Set(certain);
      const late = doubtful.filter((instant) => !known.has(instant) && instant + 1 < to).map((instant) => instant + 1);
      return late.length === 0 ? certain : [...certain, ...late].sort((a, b) => a - b);
    },
  };
}

function compare(expression: string, zone: Zone, native: NativeSchedule, now: number): string {
  try {
    return compareForeign(defineSchedule(expression, zone), native, now).kind;
  } catch (error) {
    if (isRotaError(error) && error.code === 'ROTA_SCHEDULE_NEVER_FIRES') return 'different';
    throw error;
  }
}
