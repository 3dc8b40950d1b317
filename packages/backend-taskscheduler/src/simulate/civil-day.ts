/** Facts of a day of the Gregorian calendar, by day number since 1970-01-01. */
export interface CivilDay {
  readonly month: number;
  readonly day: number;
  readonly daysInMonth: number;
  /** 0 is Sunday. */
  readonly weekday: number;
}

const known = new Map<number, CivilDay>();

/** The date of a day number. */
export function civilDay(dayNumber: number): CivilDay {
  const found = known.get(dayNumber);
  if (found !== undefined) return found;
  const date = new Date(dayNumber * 86_400_000);
  const month = date.getUTCMonth() + 1;
  const daysInMonth = new Date(Date.UTC(date.getUTCFullYear(), month, 0)).getUTCDate();
  const made = { month, day: date.getUTCDate(), daysInMonth, weekday: date.getUTCDay() };
  if (known.size > 80_000) known.clear();
  known.set(dayNumber, made);
  return made;
}
