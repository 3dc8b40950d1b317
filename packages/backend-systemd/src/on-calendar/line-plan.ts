import type { CalendarLine } from './calendar-line.ts';
import { dayTables, weekdayOf } from './days.ts';

/** A line made ready for evaluation: which days match, and the times of such a day in seconds. */
export interface LinePlan {
  readonly line: CalendarLine;
  /** Seconds after midnight, sorted. */
  readonly times: readonly number[];
  /** Whether the day with this number since 1970-01-01 matches. */
  matches(day: number): boolean;
}

export function linePlan(line: CalendarLine): LinePlan {
  const times: number[] = [];
  for (let hour = 0; hour < 24; hour++) {
    if (line.hours !== undefined && !line.hours.includes(hour)) continue;
    for (let minute = 0; minute < 60; minute++) {
      if (line.minutes === undefined || line.minutes.includes(minute)) times.push(hour * 3600 + minute * 60 + (line.second ?? 0));
    }
  }
  const table = dayTables();
  const weekdays = flags(line.weekdays, 7);
  const months = flags(line.months, 13);
  const days = flags(line.days, 32);
  const dayOf = line.fromEnd ? table.fromEnd : table.day;
  const years = line.years === undefined ? undefined : new Set(line.years);
  return {
    line,
    times,
    matches: (day) =>
      weekdays[weekdayOf(day)] === 1 &&
      months[table.month[day] ?? 0] === 1 &&
      days[dayOf[day] ?? 0] === 1 &&
      (years === undefined || years.has(table.year[day] ?? 0)),
  };
}

function flags(values: readonly number[] | undefined, size: number): Uint8Array {
  const found = new Uint8Array(size);
  if (values === undefined) found.fill(1);
  else for (const value of values) found[value] = 1;
  return found;
}
