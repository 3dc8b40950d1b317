import type { Calendar } from '@rota/core';
import { civilDay } from '../simulate/civil-day.ts';
import type { ScheduledTrigger } from '../simulate/scheduled-trigger.ts';

type Days = Pick<Calendar, 'dayOfMonth' | 'month' | 'dayOfWeek'>;

// 28 years have every date on every weekday, and no century lies between.
const days = Array.from({ length: 28 * 365 + 7 }, (_, index) => civilDay(index + 10_957));
const all = { month: range(1, 12), day: range(1, 31), weekday: range(0, 6) };

/**
 * Cron fields for the days on which triggers start, none for days that never come. Whether one of them is exact is for a comparison to tell.
 * cron joins a day of the month and a weekday with AND when one of the two begins with a star, and with OR when none does.
 */
export function daysOfRules(triggers: readonly ScheduledTrigger[]): readonly Days[] {
  const rules = [...new Map(triggers.map(({ rule, ruleKey }) => [ruleKey, rule])).values()];
  // A day that never comes, such as November 31, adds nothing; what starts every day has the days of all others.
  const sometimes = rules.map((rule) => (rule === undefined ? days : days.filter(rule))).filter(({ length }) => length > 0);
  const daily = sometimes.find(({ length }) => length === days.length);
  const matching = daily === undefined ? sometimes : [daily];
  if (matching.length === 0) return [];
  const union = (of: 'month' | 'day' | 'weekday'): readonly number[] => {
    const found = matching.map((dates) => [...new Set(dates.map((date) => date[of]))]);
    // Where some rule looks at other things, this field is what the rules say that look at it.
    const restricted = found.filter((values) => values.length < all[of].length);
    return [...new Set(restricted.length === 0 ? all[of] : restricted.flat())].sort((a, b) => a - b);
  };
  const months = union('month');
  const month = { values: months, star: months.length === 12 };
  const dates = union('day');
  const weekdays = union('weekday');
  const field = (values: readonly number[], star: boolean) => ({ values, star });
  const of = (starredDate: boolean, starredWeekday: boolean): Days => ({
    dayOfMonth: field(dates, starredDate),
    month,
    dayOfWeek: field(weekdays, starredWeekday),
  });
  const fullDate = dates.length === 31;
  const fullWeekday = weekdays.length === 7;
  return [
    of(fullDate, fullWeekday),
    ...(fullDate || fullWeekday
      ? []
      : [...(dates[0] === 1 ? [of(true, false)] : []), ...(weekdays[0] === 0 ? [of(false, true)] : [])]),
  ];
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
