/** A day of the calendar. Months are 1 to 12, days of the week 0 (Sunday) to 6. */
export interface CivilDay {
  readonly year: number;
  readonly month: number;
  readonly dayOfMonth: number;
  readonly dayOfWeek: number;
}

const daysBefore = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** Days since 1970-01-01 of the first day of a year. */
export function yearDay(year: number): number {
  const past = year - 1;
  return 365 * (year - 1970) + (Math.floor(past / 4) - 492) - (Math.floor(past / 100) - 19) + (Math.floor(past / 400) - 4);
}

/** The date of a day number. */
export function civilDay(day: number): CivilDay {
  let year = 1970 + Math.floor(day / 365.2425);
  while (yearDay(year) > day) year--;
  while (yearDay(year + 1) <= day) year++;
  const ofYear = day - yearDay(year);
  const leap = isLeap(year) ? 1 : 0;
  let month = 12;
  while (ofYear < monthOffset(month, leap)) month--;
  return { year, month, dayOfMonth: ofYear - monthOffset(month, leap) + 1, dayOfWeek: (((day + 4) % 7) + 7) % 7 };
}

function monthOffset(month: number, leap: number): number {
  return (daysBefore[month - 1] ?? 0) + (month > 2 ? leap : 0);
}
