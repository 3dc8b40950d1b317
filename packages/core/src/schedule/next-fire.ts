import { endInstant, firstInstant } from './civil.ts';
import { clockSegments, segmentAt } from './cron-clock.ts';
import { dayPlan } from './day-plan.ts';
import { firesAtJump } from './fires-at-jump.ts';
import { minuteAtOrAfter } from './local-minute.ts';
import type { Schedule } from './schedule.ts';

/** More than any two offsets differ by. */
const margin = 2 * 86_400;

/** The first fire time later than `after` (seconds since the epoch), or null when none is left before 2100. */
export function nextFire(schedule: Schedule, after: number): number | null {
  const plan = dayPlan(schedule.calendar);
  const segments = clockSegments(schedule.zone);
  let at = Math.max(Math.floor(after) + 1, firstInstant);
  for (let index = segmentAt(segments, at); at < endInstant; ) {
    const segment = segments[index];
    if (segment === undefined) return null;
    if (at <= segment.start && firesAtJump(plan, segment)) return segment.start < endInstant ? segment.start : null;
    let minute = Math.max(Math.ceil((at + segment.offset) / 60), segment.firstMinute + 1);
    if (!plan.wild && minute < segment.fixedFrom) minute = segment.fixedFrom;
    const instant = minuteAtOrAfter(plan, minute) * 60 - segment.offset;
    if (instant < segment.end) return instant < endInstant ? instant : null;
    // The segments in which no local time matches are skipped. Local time may go back: look from before `minute`.
    const matching = minuteAtOrAfter(plan, minute - margin / 60) * 60 - segment.offset;
    at = Math.max(segment.end, matching - margin);
    index = at === segment.end ? index + 1 : segmentAt(segments, at);
  }
  return null;
}
