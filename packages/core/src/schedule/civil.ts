/**
 * Calendar arithmetic on day numbers (days since 1970-01-01) and month numbers: no `Date` in the engine, and no table that each start of the runner would
 * have to fill; what was asked for is remembered.
 */

const firstYear = 1969;
const lastYear = 2101;

/** Fires lie in [firstInstant, endInstant): the years 1970 to 2099 in UTC. */
export const firstInstant = 0;
export const endInstant = 4_102_444_800;

/** Month number 0 is January 1969; after the last one there is no calendar. */
export const monthCount = (lastYear - firstYear + 1) * 12;

/** Days of a year before each month, without a leap day. */
const daysBefore = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334] as const;
/** Year number of 2100, the only fourth year within the calendar that has no leap day. */
const commonYear = 2100 - firstYear;

/** The day number of a month's first day, also of the one past the end. */
export function monthStart(month: number): number {
  const year = Math.floor(month / 12);
  const inYear = month - year * 12;
  const leapDays = (year >> 2) - (year > commonYear ? 1 : 0) + (inYear > 1 && hasLeapDay(year) ? 1 : 0);
  return year * 365 - 365 + leapDays + (daysBefore[inYear] ?? 0);
}

/** One more than the weekday of each month's first day, once it was asked for. */
const weekdays = new Uint8Array(monthCount);
const masks = new Int32Array(monthCount);

/** The weekday of a month's first day, from Sunday. */
export function firstWeekday(month: number): number {
  const known = weekdays[month] ?? 0;
  if (known !== 0) return known - 1;
  // 1968-12-29, before the first month, was a Sunday.
  const weekday = (monthStart(month) + 368) % 7;
  weekdays[month] = weekday + 1;
  return weekday;
}

/** As many low bits as a month has days. */
export function monthMask(month: number): number {
  const known = masks[month] ?? 0;
  if (known !== 0) return known;
  const mask = 0x7fff_ffff >>> (31 - (monthStart(month + 1) - monthStart(month)));
  masks[month] = mask;
  return mask;
}

/** 1969 is year number 0. */
const hasLeapDay = (year: number): boolean => (year & 3) === 3 && year !== commonYear;

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** The day number of a date of the proleptic Gregorian calendar, in any year. */
export function daysFromCivil(year: number, month: number, dayOfMonth: number): number {
  if (year >= firstYear && year <= lastYear) return monthStart((year - firstYear) * 12 + month - 1) + dayOfMonth - 1;
  return Date.UTC(year, month - 1, dayOfMonth) / 86_400_000;
}

/** The month number of a day number, held within the calendar. */
export function monthOfDay(dayNumber: number): number {
  const last = monthCount - 1;
  // A month has 30.436875 days on average, so the guess is at most one off.
  let month = Math.floor((dayNumber + 365) / 30.436875);
  if (month < 0) month = 0;
  if (month > last) month = last;
  while (month > 0 && monthStart(month) > dayNumber) month--;
  while (month < last && monthStart(month + 1) <= dayNumber) month++;
  return month;
}

/** The first second of a year in UTC. */
export function yearStart(year: number): number {
  return daysFromCivil(year, 1, 1) * 86_400;
}

/** The year in UTC of an instant. */
export function yearOf(utcSeconds: number): number {
  return new Date(utcSeconds * 1000).getUTCFullYear();
}
