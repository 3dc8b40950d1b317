import { type Calendar, daysMustBothMatch, followsWallClock } from './calendar.ts';
import { firstWeekday, monthCount, monthMask, monthOfDay, monthStart } from './civil.ts';

/** A calendar made ready for walking. Cheap to make: a job that fires once a leap year must not pay for a table of all days. */
export interface DayPlan {
  /** Minutes of the day, sorted. */
  readonly minutes: Int32Array;
  readonly wild: boolean;
  /** Bit mask of the months that match; bit 0 is January. */
  readonly months: number;
  /** By the weekday of a month's 1st, from Sunday: bit mask of its matching days; bit 0 is the 1st. */
  readonly days: Int32Array;
}

const cache = new WeakMap<Calendar, DayPlan>();

export function dayPlan(calendar: Calendar): DayPlan {
  const known = cache.get(calendar);
  if (known !== undefined) return known;
  const plan = {
    minutes: minutesOfDay(calendar),
    wild: followsWallClock(calendar),
    months: calendar.month.values.reduce((mask, month) => mask | (1 << (month - 1)), 0),
    days: matchingDays(calendar),
  };
  cache.set(calendar, plan);
  return plan;
}

function minutesOfDay({ hour, minute }: Calendar): Int32Array {
  const minutes = new Int32Array(hour.values.length * minute.values.length);
  let index = 0;
  for (const hours of hour.values) for (const value of minute.values) minutes[index++] = hours * 60 + value;
  return minutes;
}

/** The index of the first minute of a matching day that is not before `minuteOfDay`; their number if there is none. */
export function minuteIndex({ minutes }: DayPlan, minuteOfDay: number): number {
  let low = 0;
  let high = minutes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((minutes[middle] ?? 0) < minuteOfDay) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The days of a week's weekday in a month that begins on Sunday: the 1st, 8th, 15th, 22nd and 29th. */
const sundays = 0b1_0000_0010_0000_0100_0000_1000_0001;

function matchingDays(calendar: Calendar): Int32Array {
  const both = daysMustBothMatch(calendar);
  const ofMonth = calendar.dayOfMonth.values.reduce((mask, day) => mask | (1 << (day - 1)), 0);
  const days = new Int32Array(7);
  for (let first = 0; first < 7; first++) {
    let ofWeek = 0;
    for (const weekday of calendar.dayOfWeek.values) ofWeek |= sundays << ((weekday - first + 7) % 7);
    days[first] = both ? ofMonth & ofWeek : ofMonth | ofWeek;
  }
  return days;
}

/** The matching days of a month (see civil.ts) as a bit mask; bit 0 is the 1st. */
function daysIn({ months, days }: DayPlan, month: number): number {
  if ((months & (1 << (month % 12))) === 0) return 0;
  return (days[firstWeekday(month)] ?? 0) & monthMask(month);
}

/** The first matching day at or after a day, or infinity past the table's end. */
export function dayAtOrAfter(plan: DayPlan, day: number): number {
  let month = monthOfDay(day);
  let mask = daysIn(plan, month) >> (day - monthStart(month));
  if (mask !== 0) return day + trailingZeros(mask);
  while (mask === 0) {
    month = nextMonth(plan, month);
    if (month >= monthCount) return Number.POSITIVE_INFINITY;
    mask = daysIn(plan, month);
  }
  return monthStart(month) + trailingZeros(mask);
}

/** The first month after one that is in the plan. */
function nextMonth({ months }: DayPlan, month: number): number {
  const later = months >> ((month % 12) + 1);
  return later !== 0 ? month + 1 + trailingZeros(later) : month - (month % 12) + 12 + trailingZeros(months);
}

/** The last matching day at or before a day, or minus infinity before the table's start. */
export function dayAtOrBefore(plan: DayPlan, day: number): number {
  let month = monthOfDay(day);
  let mask = daysIn(plan, month) & (0x7fff_ffff >>> (30 - (day - monthStart(month))));
  while (mask === 0) {
    if (--month < 0) return Number.NEGATIVE_INFINITY;
    mask = daysIn(plan, month);
  }
  return monthStart(month) + 31 - Math.clz32(mask);
}

function trailingZeros(mask: number): number {
  return 31 - Math.clz32(mask & -mask);
}
