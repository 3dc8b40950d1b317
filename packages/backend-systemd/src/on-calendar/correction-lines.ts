import {
  firesBetween,
  type Horizon,
  horizonWindow,
  posixChangesInYear,
  type Schedule,
  type Zone,
  type ZoneChange,
} from '@rota/core';
import type { CalendarLine } from './calendar-line.ts';
import { dayTables, weekdayOf } from './days.ts';
import { lineFires } from './line-fires.ts';
import { linePlan } from './line-plan.ts';

const day = 86_400;
/** After so many years every date has fallen on every weekday, in leap years and others. */
const solarCycleYears = 28;

/** What the plain lines miss after one change of the clock. */
interface Loss {
  /** Days since 1970-01-01, in UTC. */
  readonly day: number;
  /** Seconds after midnight UTC, sorted. */
  readonly times: readonly number[];
}

/**
 * Lines in UTC for the declared fires that the plain lines lack after a change of the clock: the fire at the end of a gap, and the
 * second pass of a repeated hour. Where the zone file's footer rule describes the changes of the whole horizon the lines name no
 * year and do not expire; else they are dated and end with the horizon.
 */
export function correctionLines(schedule: Schedule, plain: readonly CalendarLine[], horizon: Horizon): readonly CalendarLine[] {
  const { zone } = schedule;
  const window = horizonWindow(horizon);
  const changes = clockChanges(zone, window.from, window.to);
  if (changes.length === 0) return [];
  const plans = plain.map(linePlan);
  const lossesAfter = (change: ZoneChange): readonly Loss[] => {
    const end = change.at + Math.abs(change.offsetAfter - change.offsetBefore) + 3600;
    const had = new Set(plans.flatMap((plan) => lineFires(plan, zone, change.at, end)));
    return byDay(firesBetween(schedule, change.at, end).filter((at) => !had.has(at)));
  };
  if (!followsFooter(zone, horizon)) return changes.flatMap(lossesAfter).flatMap(datedLines);
  const cycle = horizonWindow({ fromYear: horizon.fromYear, toYear: Math.min(horizon.fromYear + solarCycleYears, 2099) });
  const losses = clockChanges(zone, cycle.from, cycle.to).flatMap(lossesAfter);
  // The days about the end of February are others in leap years, so no line without a year can name them.
  const { month, day: dayOfMonth } = dayTables();
  const aboutLeapDay = losses.some((loss) => month[loss.day] === 2 && (dayOfMonth[loss.day] ?? 0) >= 22);
  return aboutLeapDay ? changes.flatMap(lossesAfter).flatMap(datedLines) : yearlessLines(losses);
}

/** Changes that move the clock; others only change the daylight-saving flag. */
function clockChanges(zone: Zone, from: number, to: number): readonly ZoneChange[] {
  return zone.changesBetween(from, to).filter((change) => change.offsetBefore !== change.offsetAfter);
}

/** Whether the footer rule tells every change of every year of the horizon, and of the solar cycle from its start. */
function followsFooter(zone: Zone, horizon: Horizon): boolean {
  const { footer } = zone;
  if (footer === undefined) return false;
  const to = Math.min(Math.max(horizon.toYear, horizon.fromYear + solarCycleYears), 2099);
  for (let year = horizon.fromYear; year <= to; year++) {
    const { from, to: end } = horizonWindow({ fromYear: year, toYear: year });
    const actual = clockChanges(zone, from, end);
    const ruled = [...(posixChangesInYear(footer, year) ?? [])].sort((a, b) => a - b);
    if (ruled.some((at) => at < from || at >= end)) return false;
    if (actual.length !== ruled.length || actual.some((change, index) => change.at !== ruled[index])) return false;
  }
  return true;
}

function byDay(fires: readonly number[]): readonly Loss[] {
  const days = new Map<number, number[]>();
  for (const at of fires) {
    const number = Math.floor(at / day);
    const times = days.get(number) ?? [];
    times.push(at - number * day);
    days.set(number, times);
  }
  return [...days].map(([number, times]) => ({ day: number, times }));
}

function datedLines({ day: number, times }: Loss): readonly CalendarLine[] {
  const table = dayTables();
  const date = { years: [table.year[number] ?? 0], months: [table.month[number] ?? 0], days: [table.day[number] ?? 0] };
  return timeLines(times).map((time) => ({ ...date, ...time, zone: 'UTC' }));
}

/** Groups what is lost by month, weekday and times; the days that share them become one line. */
function yearlessLines(losses: readonly Loss[]): readonly CalendarLine[] {
  const table = dayTables();
  const groups = new Map<
    string,
    { readonly month: number; readonly weekday: number; readonly times: readonly number[]; readonly days: Set<number> }
  >();
  for (const { day: number, times } of losses) {
    const month = table.month[number] ?? 0;
    const weekday = weekdayOf(number);
    const key = `${month} ${weekday} ${times.join()}`;
    const group = groups.get(key) ?? { month, weekday, times, days: new Set() };
    group.days.add(table.day[number] ?? 0);
    groups.set(key, group);
  }
  const lines = [...groups.values()]
    .sort((a, b) => a.month - b.month || a.weekday - b.weekday || (a.times[0] ?? 0) - (b.times[0] ?? 0))
    .flatMap(({ month, weekday, times, days }) => {
      const date = { weekdays: [weekday], months: [month], days: [...days].sort((a, b) => a - b) };
      return timeLines(times).map((time) => ({ ...date, ...time, zone: 'UTC' }));
    });
  return lines;
}

/** Times of one day as lines: hours that have the same minutes share one. */
function timeLines(times: readonly number[]): readonly Pick<CalendarLine, 'hours' | 'minutes'>[] {
  const minutesOf = new Map<number, number[]>();
  for (const time of times) {
    const hour = Math.floor(time / 3600);
    const minutes = minutesOf.get(hour) ?? [];
    minutes.push(Math.floor((time % 3600) / 60));
    minutesOf.set(hour, minutes);
  }
  const groups = new Map<string, { readonly hours: number[]; readonly minutes: readonly number[] }>();
  for (const [hour, minutes] of minutesOf) {
    const group = groups.get(minutes.join()) ?? { hours: [], minutes };
    group.hours.push(hour);
    groups.set(minutes.join(), group);
  }
  // All minutes of an hour are `*`.
  return [...groups.values()].map((group) => (group.minutes.length === 60 ? { hours: group.hours } : group));
}
