import {
  type Calendar,
  daysMustBothMatch,
  firesBetween,
  type Horizon,
  horizonWindow,
  type Schedule,
  type Zone,
} from '@rota/core';
import type { CronDialect } from '../dialect.ts';
import { type CivilDay, civilDay } from './civil-day.ts';
import type { CronLine } from './cron-line.ts';
import { cheapest, countDays, coveringDayFields, type DayFields } from './day-fields.ts';
import { listText, setText, starredText } from './field-text.ts';
import { offsetDifferences } from './offset-differences.ts';

/** Schedules with at most this many times a day are evaluated fire by fire. */
const mostSparse = 4;

/** A gated job starts its gate at most this often per fire (the average over the horizon), or lines are divided by month. */
const mostStarts = 10;

/** What a set of lines has to cover: wall-clock times of the machine, and day numbers of its calendar. */
interface Cover {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: readonly number[];
  /** By how many days the machine's date can be ahead of the job's. */
  readonly shifts: readonly number[];
}

/**
 * The cheapest lines that start at every fire time of the horizon, and at others. Times are those at which the machine's clock
 * shows a fire, whatever its zone does; a line begins with `*` where that clock changes, because only wildcard jobs
 * run in both passes of a repeated hour and need no catching up.
 */
export function supersetLines(declared: Schedule, dialect: CronDialect, systemZone: Zone, horizon: Horizon): readonly CronLine[] {
  const window = horizonWindow(horizon);
  const span = { first: Math.floor(window.from / 86_400), last: Math.floor((window.to - 1) / 86_400) };
  const { calendar } = declared;
  const sparse = calendar.minute.values.length * calendar.hour.values.length <= mostSparse;
  const { fires, cover } = sparse
    ? coverFires(declared, systemZone, firesBetween(declared, window.from, window.to))
    : coverTimes(declared, systemZone, horizon, window);
  const wild = dialect !== 'busybox' && systemZone.changesBetween(window.from, window.to).length > 0;
  const lineFor = (part: Cover): CoveringLine => coveringLine(calendar, part, dialect, span, wild);
  const whole = lineFor(cover);
  if (whole.starts <= mostStarts * fires) return [{ fields: lineText(whole) }];
  const divided = byMonth(declared, systemZone, window).map(lineFor);
  const starts = divided.reduce((sum, line) => sum + line.starts, 0);
  return starts < whole.starts ? joinMonths(divided) : [{ fields: lineText(whole) }];
}

/** One line, its fields apart, and how often it starts within the span. */
interface CoveringLine {
  readonly times: string;
  readonly dayOfMonth: string;
  readonly month: string;
  readonly dayOfWeek: string;
  readonly starts: number;
}

function coveringLine(
  calendar: Calendar,
  cover: Cover,
  dialect: CronDialect,
  span: { readonly first: number; readonly last: number },
  wild: boolean,
): CoveringLine {
  const times = timeFields(cover, wild);
  const days = cheapest([coveringDayFields(cover.days, dialect, span), ...eitherDay(calendar, cover)], span);
  const [dayOfMonth = '*', month = '*', dayOfWeek = '*'] = days.text.split(' ');
  return {
    times: times.text,
    dayOfMonth,
    month,
    dayOfWeek,
    starts: times.count * countDays(days, span, Number.POSITIVE_INFINITY),
  };
}

function lineText({ times, dayOfMonth, month, dayOfWeek }: CoveringLine): string {
  return `${times} ${dayOfMonth} ${month} ${dayOfWeek}`;
}

/**
 * What each month of the machine's calendar has to cover: in most months the clocks are the same hours apart all the time, and the last day of a
 * month is one day.
 */
function byMonth(declared: Schedule, systemZone: Zone, window: { from: number; to: number }): readonly Cover[] {
  const months = new Map<number, number[]>();
  for (const fire of firesBetween(declared, window.from, window.to)) {
    const { month } = civilDay(Math.floor((fire + systemZone.offsetAt(fire)) / 86_400));
    const found = months.get(month);
    if (found === undefined) months.set(month, [fire]);
    else found.push(fire);
  }
  return [...months.values()].map((fires) => coverFires(declared, systemZone, fires).cover);
}

/** Lines that differ in their month alone become one. */
function joinMonths(lines: readonly CoveringLine[]): readonly CronLine[] {
  const joined = new Map<string, CoveringLine & { readonly months: readonly number[] }>();
  for (const line of lines) {
    const key = lineText({ ...line, month: '' });
    joined.set(key, { ...line, months: [...(joined.get(key)?.months ?? []), Number(line.month)] });
  }
  return [...joined.values()].map(({ months, ...line }) => ({ fields: lineText({ ...line, month: setText(months, 1, 12) }) }));
}

function coverFires(declared: Schedule, systemZone: Zone, fires: readonly number[]): { fires: number; cover: Cover } {
  const minutes = new Set<number>();
  const hours = new Set<number>();
  const days = new Set<number>();
  const shifts = new Set<number>();
  for (const fire of fires) {
    const local = Math.floor((fire + systemZone.offsetAt(fire)) / 60);
    minutes.add(((local % 60) + 60) % 60);
    hours.add(Math.floor((((local % 1440) + 1440) % 1440) / 60));
    days.add(Math.floor(local / 1440));
    shifts.add(Math.floor(local / 1440) - Math.floor((fire + declared.zone.offsetAt(fire)) / 86_400));
  }
  return { fires: fires.length, cover: { minutes: [...minutes], hours: [...hours], days: [...days], shifts: [...shifts] } };
}

function coverTimes(
  declared: Schedule,
  systemZone: Zone,
  horizon: Horizon,
  window: { from: number; to: number },
): { fires: number; cover: Cover } {
  const { calendar } = declared;
  const minutes = new Set<number>();
  const hours = new Set<number>();
  const shifts = new Set<number>();
  for (const difference of offsetDifferences(declared.zone, systemZone, horizon)) {
    for (const hour of calendar.hour.values) {
      for (const minute of calendar.minute.values) {
        const at = hour * 60 + minute + Math.floor(difference / 60);
        shifts.add(Math.floor(at / 1440));
        minutes.add(((at % 60) + 60) % 60);
        hours.add(Math.floor((((at % 1440) + 1440) % 1440) / 60));
      }
    }
  }
  const matching = matchingCalendarDays(calendar, Math.floor(window.from / 86_400) - 1, Math.floor(window.to / 86_400) + 1);
  const days = new Set(matching.flatMap((day) => [...shifts].map((shift) => day + shift)));
  // A fire right after a gap stands for times that the shifts do not reach.
  for (const { at } of declared.zone.changesBetween(window.from, window.to)) {
    if (firesBetween(declared, at, at + 1).length === 0) continue;
    const local = Math.floor((at + systemZone.offsetAt(at)) / 60);
    minutes.add(((local % 60) + 60) % 60);
    hours.add(Math.floor((((local % 1440) + 1440) % 1440) / 60));
    days.add(Math.floor(local / 1440));
  }
  const fires = matching.length * calendar.hour.values.length * calendar.minute.values.length;
  return { fires, cover: { minutes: [...minutes], hours: [...hours], days: [...days], shifts: [...shifts] } };
}

function matchingCalendarDays(calendar: Calendar, first: number, last: number): readonly number[] {
  const matches = calendarMatches(calendar);
  const days: number[] = [];
  for (let day = first; day <= last; day++) if (matches(civilDay(day))) days.push(day);
  return days;
}

function calendarMatches(calendar: Calendar): (day: CivilDay) => boolean {
  const [dom, month, dow] = [calendar.dayOfMonth, calendar.month, calendar.dayOfWeek].map((field) => new Set(field.values));
  const both = daysMustBothMatch(calendar);
  return (day) => {
    if (!month?.has(day.month)) return false;
    const ofMonth = dom?.has(day.dayOfMonth) === true;
    const ofWeek = dow?.has(day.dayOfWeek) === true;
    return both ? ofMonth && ofWeek : ofMonth || ofWeek;
  };
}

/**
 * Two day fields joined by OR stay two fields, each moved by the days that the clocks can be apart: one field could
 * not cover both as cheaply. Nothing where that leaves a day out.
 */
function eitherDay(calendar: Calendar, { days, shifts }: Cover): readonly DayFields[] {
  const { dayOfMonth, dayOfWeek } = calendar;
  if (daysMustBothMatch(calendar) || dayOfMonth.values.length === 31 || dayOfWeek.values.length === 7) return [];
  const dom = new Set<number>();
  const dow = new Set(dayOfWeek.values.flatMap((day) => shifts.map((shift) => (day + shift + 7) % 7)));
  const month = new Set<number>();
  const ofMonth = new Set(dayOfMonth.values);
  for (const number of days) {
    const day = civilDay(number);
    month.add(day.month);
    if (shifts.some((shift) => ofMonth.has(civilDay(number - shift).dayOfMonth))) dom.add(day.dayOfMonth);
  }
  // Full fields must not become stars, which would turn OR into AND; and BusyBox has no OR with a full one.
  if (dom.size === 31 || dow.size === 7) return [];
  const matches = (day: CivilDay): boolean => month.has(day.month) && (dom.has(day.dayOfMonth) || dow.has(day.dayOfWeek));
  if (!days.every((day) => matches(civilDay(day)))) return [];
  return [{ text: `${listText([...dom])} ${setText([...month], 1, 12)} ${listText([...dow])}`, matches }];
}

/** The two time fields, begun with `*` where asked for at the least cost, and how many times they name. */
function timeFields({ minutes, hours }: Cover, wild: boolean): { readonly text: string; readonly count: number } {
  const count = minutes.length * hours.length;
  const minuteText = setText(minutes, 0, 59);
  const hourText = setText(hours, 0, 23);
  if (!wild || minuteText === '*' || hourText === '*') return { text: `${minuteText} ${hourText}`, count };
  const byMinute = (minutes.includes(0) ? 0 : 1) * hours.length;
  const byHour = (hours.includes(0) ? 0 : 1) * minutes.length;
  return byMinute <= byHour
    ? { text: `${starredText(minutes, 0, 59)} ${hourText}`, count: count + byMinute }
    : { text: `${minuteText} ${starredText(hours, 0, 23)}`, count: count + byHour };
}
