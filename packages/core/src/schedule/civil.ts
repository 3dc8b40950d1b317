/** Calendar arithmetic on day numbers (days since 1970-01-01) and month numbers, by table: no `Date` in the engine. */

const firstYear = 1969;
const lastYear = 2101;

/** Fires lie in [firstInstant, endInstant): the years 1970 to 2099 in UTC. */
export const firstInstant = 0;
export const endInstant = 4_102_444_800;

const months = (lastYear - firstYear + 1) * 12;

/** Month number 0 is January 1969. The day number of each month's first day, and one entry past the end. */
export const monthStart: Int32Array = new Int32Array(months + 1);
/** The weekday of each month's first day, from Sunday. */
export const firstWeekday: Uint8Array = new Uint8Array(months);
/** As many low bits as each month has days. */
export const monthMask: Int32Array = new Int32Array(months);

let day = -365;
for (let i = 0; i <= months; i++) {
  monthStart[i] = day;
  if (i === months) break;
  const length = monthLength(firstYear + Math.floor(i / 12), (i % 12) + 1);
  firstWeekday[i] = (((day + 4) % 7) + 7) % 7;
  monthMask[i] = 0x7fff_ffff >>> (31 - length);
  day += length;
}

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function monthLength(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** The day number of a date of the proleptic Gregorian calendar, in any year. */
export function daysFromCivil(year: number, month: number, dayOfMonth: number): number {
  if (year >= firstYear && year <= lastYear) return (monthStart[(year - firstYear) * 12 + month - 1] ?? 0) + dayOfMonth - 1;
  return Date.UTC(year, month - 1, dayOfMonth) / 86_400_000;
}

/** The month number of a day number, held within the table. */
export function monthOfDay(dayNumber: number): number {
  const last = monthStart.length - 2;
  // A month has 30.436875 days on average, so the guess is at most one off.
  let month = Math.floor((dayNumber + 365) / 30.436875);
  if (month < 0) month = 0;
  if (month > last) month = last;
  while (month > 0 && (monthStart[month] ?? 0) > dayNumber) month--;
  while (month < last && (monthStart[month + 1] ?? 0) <= dayNumber) month++;
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
