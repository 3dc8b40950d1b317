import { firesBetween, type Schedule, type ZoneChange } from '@rota/core';
import type { Starts } from '../simulate/simulate.ts';
import { TRIGGER_LIMIT, type Trigger } from '../task/trigger.ts';
import { hull } from './progressions.ts';

const around = 36 * 3600;

/** How triggers behave around changes of the clock, against what is declared. */
export interface ChangeReport {
  /** Declared fire times that the triggers do not promise. */
  readonly missing: readonly number[];
  /** How many starts come in addition, or are in doubt. */
  readonly others: number;
}

/** Compares a day and a half on both sides of every change. */
export function reportChanges(
  declared: Schedule,
  changes: readonly ZoneChange[],
  simulate: (from: number, to: number) => Starts,
): ChangeReport {
  const missing: number[] = [];
  let others = 0;
  let done = Number.NEGATIVE_INFINITY;
  for (const { at } of changes) {
    const from = Math.max(at - around, done);
    const to = at + around;
    done = to;
    const { certain, doubtful } = simulate(from, to);
    const promised = new Set(certain);
    const wanted = firesBetween(declared, from, to);
    let kept = 0;
    for (const instant of wanted) {
      if (promised.has(instant)) kept++;
      else missing.push(instant);
    }
    others += doubtful.length + certain.length - kept;
  }
  return { missing, others };
}

/** Fixed instants as triggers, evenly spaced ones together; `undefined` when there would be more than `room`. */
export function instantTriggers(instants: readonly number[], room = TRIGGER_LIMIT): readonly Trigger[] | undefined {
  const found: Trigger[] = [];
  for (let index = 0; index < instants.length; ) {
    const at = instants[index] ?? 0;
    const step = (instants[index + 1] ?? at) - at;
    let count = 1;
    // A longer pause would lay one repetition over many days; one trigger for each is easier to read.
    if (step > 0 && step <= 6 * 3600 && step % 60 === 0) while (instants[index + count] === at + count * step) count++;
    found.push({ kind: 'time', at, stepMinutes: count === 1 ? 1 : step / 60, count });
    if (found.length > room) return undefined;
    index += count;
  }
  return found;
}

/** The same with one trigger for each change of the clock: it also starts at instants between, at the greatest common divisor. */
export function coarseInstantTriggers(instants: readonly number[], room: number): readonly Trigger[] | undefined {
  const groups: number[][] = [];
  for (const instant of instants) {
    const last = groups.at(-1);
    if (last === undefined || instant - (last[0] ?? 0) > 2 * around) groups.push([instant]);
    else last.push(instant);
  }
  if (groups.length > room) return undefined;
  return groups.map((group) => {
    const at = group[0] ?? 0;
    const { step, count } = hull(group.map((instant) => Math.floor((instant - at) / 60)));
    return { kind: 'time', at, stepMinutes: step, count };
  });
}
