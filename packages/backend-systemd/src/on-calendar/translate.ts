import { type Calendar, daysMustBothMatch, type Horizon, type Schedule } from '@rota/core';
import type { CalendarLine } from './calendar-line.ts';
import { correctionLines } from './correction-lines.ts';

/**
 * The fewest `OnCalendar=` lines that fire when the schedule says: one line, two where the day fields mean OR, and lines in UTC for what
 * systemd passes over around changes of the zone's clock.
 */
export function translate(schedule: Schedule, horizon: Horizon): readonly CalendarLine[] {
  const plain = plainLines(schedule.calendar, schedule.zone.name);
  return [...plain, ...correctionLines(schedule, plain, horizon)];
}

function plainLines(calendar: Calendar, zone: string): readonly CalendarLine[] {
  const days = unlessFull('days', calendar.dayOfMonth.values, 31);
  const weekdays = unlessFull('weekdays', calendar.dayOfWeek.values, 7);
  const rest = {
    ...unlessFull('months', calendar.month.values, 12),
    ...unlessFull('hours', calendar.hour.values, 24),
    ...unlessFull('minutes', calendar.minute.values, 60),
    zone,
  };
  if (daysMustBothMatch(calendar)) return [{ ...weekdays, ...days, ...rest }];
  if (days.days === undefined || weekdays.weekdays === undefined) return [rest];
  return [
    { ...days, ...rest },
    { ...weekdays, ...rest },
  ];
}

type SetName = 'days' | 'weekdays' | 'months' | 'hours' | 'minutes';

function unlessFull<K extends SetName>(key: K, values: readonly number[], full: number): Pick<CalendarLine, K> {
  return (values.length === full ? {} : { [key]: values }) as Pick<CalendarLine, K>;
}
