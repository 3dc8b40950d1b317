import type { Zone } from '@rota/core';
import type { CalendarInterval } from './calendar-interval.ts';

const daySeconds = 86_400;
/** No zone is further from UTC than this. */
const widest = 15 * 3600;
const allHours = Array.from({ length: 24 }, (_, hour) => hour);
const allMinutes = Array.from({ length: 60 }, (_, minute) => minute);

/**
 * The instants in [from, to) at which launchd starts a job with these intervals, on a machine in this zone: sorted, distinct.
 *
 * launchd.plist(5) says that an interval matches the wall clock as in crontab(5), and nothing about clock changes. So the least is assumed where a
 * start is needed (a wall time in a gap starts nothing) and the most where one would be too many (a repeated hour starts twice).
 */
export function intervalStarts(intervals: readonly CalendarInterval[], zone: Zone, from: number, to: number): readonly number[] {
  const groups = groupsOf(intervals);
  const starts: number[] = [];
  const lastDay = Math.floor((to + widest) / daySeconds);
  for (let day = Math.floor((from - widest) / daySeconds); day <= lastDay; day++) {
    const minutes = minutesOfDay(groups, new Date(day * daySeconds * 1000));
    if (minutes.length === 0) continue;
    for (const offset of offsetsOf(zone, day)) {
      for (const minute of minutes) {
        const instant = day * daySeconds + minute * 60 - offset;
        if (instant >= from && instant < to && zone.offsetAt(instant) === offset) starts.push(instant);
      }
    }
  }
  return [...new Set(starts)].sort((a, b) => a - b);
}

/** Intervals that name the same dates, with their minutes of the day. */
interface Group {
  readonly dates: CalendarInterval;
  readonly minutes: Set<number>;
}

function groupsOf(intervals: readonly CalendarInterval[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const { Month, Day, Weekday, Hour, Minute } of intervals) {
    const key = `${Month} ${Day} ${Weekday}`;
    const dates: CalendarInterval = {
      ...(Month === undefined ? {} : { Month }),
      ...(Day === undefined ? {} : { Day }),
      ...(Weekday === undefined ? {} : { Weekday }),
    };
    const group = groups.get(key) ?? { dates, minutes: new Set() };
    groups.set(key, group);
    const hours = Hour === undefined ? allHours : [Hour];
    for (const hour of hours)
      for (const minute of Minute === undefined ? allMinutes : [Minute]) group.minutes.add(hour * 60 + minute);
  }
  return [...groups.values()];
}

function minutesOfDay(groups: readonly Group[], date: Date): readonly number[] {
  const matching = groups.filter(({ dates }) => matchesDate(dates, date));
  const [only] = matching;
  if (only === undefined) return [];
  return matching.length === 1 ? [...only.minutes] : [...new Set(matching.flatMap(({ minutes }) => [...minutes]))];
}

/** The offsets that the zone's clock has on or around a day of the wall. */
function offsetsOf(zone: Zone, day: number): readonly number[] {
  const begin = day * daySeconds - widest;
  const changes = zone.changesBetween(begin, begin + daySeconds + 2 * widest);
  return [...new Set([zone.offsetAt(begin), ...changes.map(({ offsetAfter }) => offsetAfter)])];
}

function matchesDate({ Month, Day, Weekday }: CalendarInterval, date: Date): boolean {
  if (Weekday !== undefined) {
    const onWeekday = date.getUTCDay() === Weekday % 7;
    return Day === undefined ? onWeekday : onWeekday || date.getUTCDate() === Day;
  }
  return (Month === undefined || date.getUTCMonth() + 1 === Month) && (Day === undefined || date.getUTCDate() === Day);
}
