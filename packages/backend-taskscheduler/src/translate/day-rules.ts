import { type Calendar, daysMustBothMatch } from '@rota/core';
import { allDays, allMonths, allWeeks, type DayRule, type Week } from '../task/day-rule.ts';

const longestMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * The rules whose days together are the days of a calendar, or a superset of them where the format has no such rule:
 * day of month AND day of week is a rule only when the days are whole weeks (`8-14` is the second week).
 * With OR there are two rules; the weeks that the month days cover entirely are left to them, so that no day comes twice where that can be avoided.
 */
export function dayRules(calendar: Calendar): readonly DayRule[] {
  const days = calendar.dayOfMonth.values;
  const weekdays = calendar.dayOfWeek.values;
  const months = calendar.month.values;
  const everyDay = days.length === 31;
  const everyWeekday = weekdays.length === 7;
  if (daysMustBothMatch(calendar)) {
    if (everyWeekday) return [monthDays(days, months)];
    if (everyDay) return [byWeekday(allWeeks, weekdays, months)];
    return [bothMatch(days, weekdays, months)];
  }
  if (everyDay || everyWeekday) return [monthDays(allDays, months)];
  const weeks = weeksBeside(days);
  return [
    ...(existsIn(days, months) ? [monthDays(days, months)] : []),
    ...(weeks.length > 0 ? [byWeekday(weeks, weekdays, months)] : []),
  ];
}

/** False when {@link dayRules} has more days than the calendar: a proof that looks at parts of a horizon may not meet one of them. */
export function dayRulesAreExact(calendar: Calendar): boolean {
  const days = calendar.dayOfMonth.values;
  if (!daysMustBothMatch(calendar) || days.length === 31 || calendar.dayOfWeek.values.length === 7) return true;
  return wholeWeeks(days);
}

function monthDays(days: readonly number[], months: readonly number[]): DayRule {
  if (days.length === 31 && months.length === 12) return { kind: 'daily' };
  return { kind: 'monthly', days, months };
}

function byWeekday(weeks: readonly Week[], weekdays: readonly number[], months: readonly number[]): DayRule {
  if (weeks.length === allWeeks.length && months.length === allMonths.length) return { kind: 'weekly', weekdays };
  return { kind: 'monthlyByWeekday', weeks, weekdays, months };
}

/** The smaller of two supersets: all those days of the month, or those weekdays in every week that has one of the days. */
function bothMatch(days: readonly number[], weekdays: readonly number[], months: readonly number[]): DayRule {
  const weeks = allWeeks.filter((week) => (week === 'Last' ? days.some((day) => day > 28) : cover(days, week) !== 'none'));
  if (wholeWeeks(days) || weeks.length * weekdays.length < days.length) return byWeekday(weeks, weekdays, months);
  return monthDays(days, months);
}

function wholeWeeks(days: readonly number[]): boolean {
  return days.every((day) => day <= 28) && ([1, 2, 3, 4] as const).every((week) => cover(days, week) !== 'some');
}

/** The weeks of the weekday rule that stands beside a rule of month days: those without any of the days, if that leaves nothing out. */
function weeksBeside(days: readonly number[]): readonly Week[] {
  const covers = ([1, 2, 3, 4] as const).map((week) => cover(days, week));
  const fifth = days.filter((day) => day > 28).length;
  const divided = covers.includes('some') || fifth === 1 || fifth === 2 || (fifth === 0 && covers[3] === 'all');
  if (divided) return allWeeks;
  return allWeeks.filter((week) => (week === 'Last' ? fifth === 0 : covers[week - 1] === 'none'));
}

function cover(days: readonly number[], week: 1 | 2 | 3 | 4): 'none' | 'some' | 'all' {
  const count = days.filter((day) => Math.ceil(day / 7) === week).length;
  return count === 0 ? 'none' : count === 7 ? 'all' : 'some';
}

function existsIn(days: readonly number[], months: readonly number[]): boolean {
  const earliest = Math.min(...days);
  return months.some((month) => earliest <= (longestMonth[month - 1] ?? 0));
}
