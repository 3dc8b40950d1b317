import { endInstant, firstInstant } from './civil.ts';
import { dayPlan } from './day-plan.ts';
import { firesBetween } from './fires-between.ts';
import { nextFire } from './next-fire.ts';
import type { Schedule } from './schedule.ts';

/** Between which instants. */
export interface FireTimesOptions {
  /** Seconds since the epoch; exclusive. */
  readonly after: number;
  /** Exclusive. @default the end of 2099 */
  readonly until?: number;
}

/** About so many fires are computed at a time: few at first, for who wants only the next ones. */
const firstChunk = 16;
const chunk = 512;
const singles = 4;

/** The fire times later than `after`, one by one, strictly increasing, without end but that of 2099. */
export function* fireTimes(schedule: Schedule, options: FireTimesOptions): Generator<number, void, undefined> {
  const until = Math.min(options.until ?? endInstant, endInstant);
  let from = Math.max(Math.floor(options.after) + 1, firstInstant);
  let span = Math.ceil((86_400 * firstChunk) / dayPlan(schedule.calendar).minutes.length);
  while (from < until) {
    const to = Math.min(from + span, until);
    const fires = firesBetween(schedule, from, to);
    yield* fires;
    from = to;
    if (fires.length < chunk / 2) span *= 2;
    // Fires that are far apart are better searched for one by one.
    for (let single = 0; fires.length === 0 && single < singles; single++) {
      const next = nextFire(schedule, from - 1);
      if (next === null || next >= until) return;
      yield next;
      from = next + 1;
    }
  }
}
