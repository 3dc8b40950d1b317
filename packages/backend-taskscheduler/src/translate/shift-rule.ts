import { allDays, allMonths, allWeeks, type DayRule } from '../task/day-rule.ts';

/**
 * A rule that has every day that lies one of `shifts` (-1, 0, 1, 2) days after a day of `rule`. Equal to it for daily and weekly rules; for the monthly
 * kinds, whose months differ in length, a superset.
 */
export function shiftRule(rule: DayRule, shifts: readonly number[]): DayRule {
  if (rule.kind === 'daily' || shifts.every((shift) => shift === 0)) return rule;
  if (rule.kind === 'weekly') return { kind: 'weekly', weekdays: shiftWeekdays(rule.weekdays, shifts) };
  const months = shiftMonths(rule.months, shifts);
  if (rule.kind === 'monthlyByWeekday') {
    return { kind: 'monthlyByWeekday', weeks: allWeeks, weekdays: shiftWeekdays(rule.weekdays, shifts), months };
  }
  const days = new Set<number>();
  for (const day of rule.days) for (const shift of shifts) for (const moved of moveDay(day, shift)) days.add(moved);
  return { kind: 'monthly', days: allDays.filter((day) => days.has(day)), months };
}

/** Where a day of a month of unknown length lands. */
function moveDay(day: number, shift: number): readonly number[] {
  const moved = day + shift;
  const found = moved >= 1 && moved <= 31 ? [moved] : [];
  if (moved < 1) for (let length = 28; length <= 31; length++) found.push(moved + length);
  for (let length = 28; length <= 31; length++) if (day <= length && moved > length) found.push(moved - length);
  return found;
}

function shiftWeekdays(weekdays: readonly number[], shifts: readonly number[]): readonly number[] {
  const found = new Set(weekdays.flatMap((day) => shifts.map((shift) => (day + shift + 7) % 7)));
  return [...found].sort((a, b) => a - b);
}

function shiftMonths(months: readonly number[], shifts: readonly number[]): readonly number[] {
  const steps = new Set([0, ...shifts.map(Math.sign)]);
  return allMonths.filter((month) => [...steps].some((step) => months.includes(((month - step + 11) % 12) + 1)));
}
