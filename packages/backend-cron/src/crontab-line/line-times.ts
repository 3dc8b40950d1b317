import { type CivilDay, civilDay, yearDay } from './civil-day.ts';

/** What a daemon understood of the time fields of one line. */
export interface LineTimes {
  /** Minutes of a matching day, sorted. */
  readonly minutes: readonly number[];
  readonly matches: (day: CivilDay) => boolean;
  /** The daemon treats it as a wildcard job, which follows the wall clock through a change. Without meaning on BusyBox. */
  readonly wild: boolean;
}

/** The matching days of a line in [first, last], by number. Years are computed once. */
export function matchingDays(times: LineTimes): (first: number, last: number) => readonly number[] {
  const byYear = new Map<number, readonly number[]>();
  const ofYear = (year: number): readonly number[] => {
    const known = byYear.get(year);
    if (known !== undefined) return known;
    const days: number[] = [];
    for (let day = yearDay(year); day < yearDay(year + 1); day++) if (times.matches(civilDay(day))) days.push(day);
    byYear.set(year, days);
    return days;
  };
  return (first, last) => {
    if (last < first) return [];
    const found: number[] = [];
    for (let year = civilDay(first).year; yearDay(year) <= last; year++) {
      const days = ofYear(year);
      const whole = yearDay(year) >= first && yearDay(year + 1) - 1 <= last;
      for (const day of days) if (whole || (day >= first && day <= last)) found.push(day);
    }
    return found;
  };
}

/** The matching local minutes (since 1970-01-01 00:00 of the wall clock) in [from, to), each handed to `found`. */
export function eachMinute(
  times: LineTimes,
  days: (first: number, last: number) => readonly number[],
  from: number,
  to: number,
  found: (minute: number) => void,
): void {
  for (const day of days(Math.floor(from / 1440), Math.floor((to - 1) / 1440))) {
    const midnight = day * 1440;
    const inside = midnight >= from && midnight + 1440 <= to;
    for (const minute of times.minutes) {
      const at = midnight + minute;
      if (inside || (at >= from && at < to)) found(at);
    }
  }
}
