import { endInstant, firstInstant } from './civil.ts';
import { type ClockSegment, clockSegments, segmentAt } from './cron-clock.ts';
import { type DayPlan, dayAtOrAfter, dayPlan, minuteIndex } from './day-plan.ts';
import { firesAtJump } from './fires-at-jump.ts';
import type { Schedule } from './schedule.ts';

/** More than any offset, and any two offsets, differ by: nothing of a local day happens so far from the same day in UTC. */
const margin = 2 * 86_400;

/** The fire times in [from, to), strictly increasing, in seconds since the epoch; within 1970 to 2099. */
export function firesBetween(schedule: Schedule, from: number, to: number): number[] {
  const plan = dayPlan(schedule.calendar);
  const start = Math.max(Math.ceil(from), firstInstant);
  const end = Math.min(Math.ceil(to), endInstant);
  const segments = clockSegments(schedule.zone, end);
  const fires: number[] = [];
  for (let index = segmentAt(segments, start); start < end; ) {
    const segment = segments[index];
    if (segment === undefined || segment.start >= end) break;
    if (segment.start >= start && firesAtJump(plan, segment)) fires.push(segment.start);
    const nextDay = addRegular(plan, segment, Math.max(start, segment.start), Math.min(end, segment.end), fires);
    const idleUntil = nextDay * 86_400 - margin;
    index = idleUntil <= segment.end ? index + 1 : Math.max(index + 1, segmentAt(segments, idleUntil));
  }
  return fires;
}

/** Adds the fires of a segment in [from, to), but for the one at its very start. Returns the first matching day that may have more. */
function addRegular(plan: DayPlan, segment: ClockSegment, from: number, to: number, fires: number[]): number {
  const { minutes } = plan;
  const { offset } = segment;
  let first = Math.max(Math.ceil((from + offset) / 60), segment.firstMinute + 1);
  if (!plan.wild && first < segment.fixedFrom) first = segment.fixedFrom;
  /** Exclusive. */
  const end = Math.ceil((to + offset) / 60);
  const lastDay = Math.floor((end - 1) / 1440);
  let day = dayAtOrAfter(plan, Math.floor(Math.min(first, end) / 1440));
  while (first < end && day <= lastDay) {
    const midnight = day * 1440;
    let index = first > midnight ? minuteIndex(plan, first - midnight) : 0;
    const stop = end - midnight >= 1440 ? minutes.length : minuteIndex(plan, end - midnight);
    const base = midnight * 60 - offset;
    for (; index < stop; index++) fires.push(base + (minutes[index] ?? 0) * 60);
    // The rest of the last day may lie in the next segment.
    if (day === lastDay) break;
    day = dayAtOrAfter(plan, day + 1);
  }
  // Local time may go back: the next segment may repeat the end of this one.
  return dayAtOrAfter(plan, lastDay - 2);
}
