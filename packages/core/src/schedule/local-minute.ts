import { type DayPlan, dayAtOrAfter, dayAtOrBefore, minuteIndex } from './day-plan.ts';

/** The first matching local minute at or after `minute`, or infinity. */
export function minuteAtOrAfter(plan: DayPlan, minute: number): number {
  const today = Math.floor(minute / 1440);
  const index = minuteIndex(plan, minute - today * 1440);
  const day = dayAtOrAfter(plan, index < plan.minutes.length ? today : today + 1);
  return day * 1440 + (plan.minutes[day === today ? index : 0] ?? 0);
}

/** The last matching local minute at or before `minute`, or minus infinity. */
export function minuteAtOrBefore(plan: DayPlan, minute: number): number {
  const today = Math.floor(minute / 1440);
  const index = minuteIndex(plan, minute - today * 1440 + 1) - 1;
  const day = dayAtOrBefore(plan, index >= 0 ? today : today - 1);
  return day * 1440 + (plan.minutes[day === today ? index : plan.minutes.length - 1] ?? 0);
}
