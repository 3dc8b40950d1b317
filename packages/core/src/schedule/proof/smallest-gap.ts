import { dayPlan } from '../day-plan.ts';
import { firesBetween } from '../fires-between.ts';
import type { Schedule } from '../schedule.ts';
import { comparisonWindows, horizonWindow } from './comparison-windows.ts';
import type { Horizon } from './horizon.ts';

/**
 * The smallest number of seconds between two fires that follow each other in the horizon, or infinity when it has fewer than two.
 * Clock changes count: a fire at the end of a gap may be closer to the next one than the wall clock says. A schedule with
 * many fires a day is looked at in its first year and around every change of the clock.
 */
export function smallestGap(schedule: Schedule, horizon: Horizon): number {
  const whole = dayPlan(schedule.calendar).minutes.length <= 24;
  let smallest = Number.POSITIVE_INFINITY;
  for (const { from, to } of whole ? [horizonWindow(horizon)] : comparisonWindows([schedule.zone], horizon)) {
    const fires = firesBetween(schedule, from, to);
    for (let i = 1; i < fires.length; i++) {
      const gap = (fires[i] ?? 0) - (fires[i - 1] ?? 0);
      if (gap < smallest) smallest = gap;
    }
    if (smallest <= 60) break;
  }
  return smallest;
}
