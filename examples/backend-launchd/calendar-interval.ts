/**
 * One dictionary of `StartCalendarInterval`. What is absent matches every value (launchd.plist(5)).
 *
 * `Weekday` never stands together with `Day` or `Month` here: with `Day` either one is enough (launchd.plist(5)), and with `Month` the month is
 * not looked at (launchd-842, `calendarinterval_setalarm`: `cronemu_wday` takes no month).
 */
export interface CalendarInterval {
  /** 1 to 12. */
  readonly Month?: number;
  /** 1 to 31. */
  readonly Day?: number;
  /** 0 (Sunday) to 6. */
  readonly Weekday?: number;
  /** 0 to 23. */
  readonly Hour?: number;
  /** 0 to 59. */
  readonly Minute?: number;
}

/** The keys in the order in which they are written. */
export const intervalKeys = ['Month', 'Day', 'Weekday', 'Hour', 'Minute'] as const satisfies readonly (keyof CalendarInterval)[];

/** `Weekday=1 Hour=8 Minute=0`; also what tells two intervals apart. */
export function printInterval(interval: CalendarInterval): string {
  const words = intervalKeys.flatMap((key) => (interval[key] === undefined ? [] : [`${key}=${interval[key]}`]));
  return words.length === 0 ? 'every minute' : words.join(' ');
}
