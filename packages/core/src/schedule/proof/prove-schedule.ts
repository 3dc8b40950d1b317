import { dayPlan } from '../day-plan.ts';
import { firesBetween } from '../fires-between.ts';
import type { Schedule } from '../schedule.ts';
import type { Zone } from '../zone/zone.ts';
import { comparisonWindows, horizonWindow, type TimeWindow } from './comparison-windows.ts';
import type { Horizon } from './horizon.ts';
import type { NativeSchedule } from './native-schedule.ts';

/** How faithfully a native schedule follows the declared one. */
export type Fidelity = 'exact' | 'gated' | 'refused';

/** The outcome of comparing a declared schedule with a native one. Instants are seconds since the epoch. */
export interface Proof {
  /** `exact`: equal where compared. `gated`: the native one also starts at other instants. `refused`: it misses declared ones. */
  readonly fidelity: Fidelity;
  /** The first declared fire times that the native schedule lacks, at most {@link proofSampleSize}. */
  readonly missing: readonly number[];
  /** The first native starts that were not declared, at most {@link proofSampleSize}. */
  readonly extra: readonly number[];
  readonly missingCount: number;
  readonly extraCount: number;
  readonly declaredCount: number;
  readonly nativeCount: number;
  /** Native starts for each declared fire, on average where compared; infinity when only native ones were found. */
  readonly nativePerFire: number;
  /** Native starts for each day that was compared. */
  readonly nativePerDay: number;
  /** What was compared. `whole` is the horizon from end to end. */
  readonly compared: { readonly whole: boolean; readonly windows: readonly TimeWindow[] };
}

/** How many instants of each kind a proof names. */
export const proofSampleSize = 20;

/** A schedule with at most this many fires on a matching day is compared over the whole horizon. */
const sparse = 24;

/**
 * Compares the declared fire times with the native starts, both really evaluated.
 *
 * What is compared: every instant of the horizon when the schedule has at most 24 fires on a day on which it fires. A denser one
 * is compared at every instant of the horizon's first year; of the three days on both sides of every clock change of its zone
 * and of `otherZones` in the whole horizon; and of the three days on both sides of every new year and every end of February
 * in it. Nothing is claimed about the days between. `compared` in the answer names the windows.
 */
export function proveSchedule(
  declared: Schedule,
  native: NativeSchedule,
  horizon: Horizon,
  /** Further zones whose changes matter, such as the machine's own. */
  otherZones: readonly Zone[] = [],
): Proof {
  const whole = dayPlan(declared.calendar).minutes.length <= sparse;
  const windows = whole ? [horizonWindow(horizon)] : comparisonWindows([declared.zone, ...otherZones], horizon);
  const missing: number[] = [];
  const extra: number[] = [];
  let missingCount = 0;
  let extraCount = 0;
  let declaredCount = 0;
  let nativeCount = 0;
  let seconds = 0;
  for (const { from, to } of windows) {
    const ours = firesBetween(declared, from, to);
    const theirs = native.firesBetween(from, to);
    declaredCount += ours.length;
    nativeCount += theirs.length;
    seconds += to - from;
    for (let i = 0, j = 0; i < ours.length || j < theirs.length; ) {
      const a = ours[i] ?? Number.POSITIVE_INFINITY;
      const b = theirs[j] ?? Number.POSITIVE_INFINITY;
      if (a === b) {
        i++;
        j++;
      } else if (a < b) {
        if (missingCount++ < proofSampleSize) missing.push(a);
        i++;
      } else {
        if (extraCount++ < proofSampleSize) extra.push(b);
        j++;
      }
    }
  }
  return {
    fidelity: missingCount > 0 ? 'refused' : extraCount > 0 ? 'gated' : 'exact',
    missing,
    extra,
    missingCount,
    extraCount,
    declaredCount,
    nativeCount,
    nativePerFire: declaredCount === 0 ? (nativeCount === 0 ? 1 : Number.POSITIVE_INFINITY) : nativeCount / declaredCount,
    nativePerDay: seconds === 0 ? 0 : (nativeCount * 86_400) / seconds,
    compared: { whole, windows },
  };
}
