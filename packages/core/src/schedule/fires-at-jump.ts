import type { ClockSegment } from './cron-clock.ts';
import type { DayPlan } from './day-plan.ts';
import { minuteAtOrAfter } from './local-minute.ts';

/** Whether a job fires at the very start of a segment: a regular fire there, or what the gap before it swallowed. */
export function firesAtJump(plan: DayPlan, segment: ClockSegment): boolean {
  const from = plan.wild ? segment.wildCaughtUpFrom : segment.caughtUpFrom;
  return from <= segment.firstMinute && minuteAtOrAfter(plan, from) <= segment.firstMinute;
}
