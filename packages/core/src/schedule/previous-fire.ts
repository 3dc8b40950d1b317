import { endInstant, firstInstant } from './civil.ts';
import { clockSegments, segmentAt } from './cron-clock.ts';
import { dayPlan } from './day-plan.ts';
import { firesAtJump } from './fires-at-jump.ts';
import { minuteAtOrBefore } from './local-minute.ts';
import type { Schedule } from './schedule.ts';

/** More than any two offsets differ by. */
const margin = 2 * 86_400;

/** The last fire time at or before an instant (seconds since the epoch), or null when there is none since 1970. */
export function previousFire(schedule: Schedule, atOrBefore: number): number | null {
  const plan = dayPlan(schedule.calendar);
  let at = Math.min(Math.floor(atOrBefore), endInstant - 1);
  const segments = clockSegments(schedule.zone, at + 1);
  for (let index = segmentAt(segments, at); at >= firstInstant; ) {
    const segment = segments[index];
    if (segment === undefined) return null;
    const minute = minuteAtOrBefore(plan, Math.floor((at + segment.offset) / 60));
    const earliest = plan.wild ? segment.firstMinute + 1 : Math.max(segment.firstMinute + 1, segment.fixedFrom);
    const instant = minute * 60 - segment.offset;
    if (minute >= earliest) return instant >= firstInstant ? instant : null;
    if (firesAtJump(plan, segment)) return segment.start >= firstInstant ? segment.start : null;
    // The segments in which no local time matches are skipped. An earlier one may have shown later local times.
    const matching = minuteAtOrBefore(plan, Math.floor((at + segment.offset + margin) / 60)) * 60 - segment.offset;
    at = Math.min(segment.start - 1, matching + margin);
    index = at === segment.start - 1 ? index - 1 : segmentAt(segments, at);
  }
  return null;
}
