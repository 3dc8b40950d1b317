/** One field of a cron expression: what it matches, and whether its text begins with the character `*`. */
export interface CalendarField {
  /** The matching values, sorted, distinct, never empty. Days of the week are 0 (Sunday) to 6. */
  readonly values: readonly number[];
  /**
   * Whether the field's text begins with `*`. Cron decides by it, not by the values: `*` and `1-31` differ. On a day
   * field it turns OR into AND; on the minute or hour field it makes the job follow the wall clock through DST (crontab(5)).
   */
  readonly star: boolean;
}

/** A cron expression as data: five fields. Made by {@link parseCron}, printed by {@link printCron}. */
export interface Calendar {
  /** 0 to 59. */
  readonly minute: CalendarField;
  /** 0 to 23. */
  readonly hour: CalendarField;
  /** 1 to 31. */
  readonly dayOfMonth: CalendarField;
  /** 1 to 12. */
  readonly month: CalendarField;
  /** 0 (Sunday) to 6. */
  readonly dayOfWeek: CalendarField;
}

/** True when the two day fields must both match (AND); false when either is enough (OR). The rule of Debian cron and cronie. */
export function daysMustBothMatch(calendar: Calendar): boolean {
  return calendar.dayOfMonth.star || calendar.dayOfWeek.star;
}

/** True when cron treats the job as a wildcard job: it follows the wall clock through both DST changes. */
export function followsWallClock(calendar: Calendar): boolean {
  return calendar.minute.star || calendar.hour.star;
}
