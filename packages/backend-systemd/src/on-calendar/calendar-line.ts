/**
 * One `OnCalendar=` line as data (systemd.time(7), "Calendar Events"). An absent set is `*`. The second is `00` for a cron schedule.
 * Everything that is named must match; several lines of a timer are a union.
 */
export interface CalendarLine {
  /** 0 (Sunday) to 6. */
  readonly weekdays?: readonly number[];
  readonly years?: readonly number[];
  readonly months?: readonly number[];
  /** Days of the month, or with `fromEnd` counted back from its last day, which is 1. */
  readonly days?: readonly number[];
  readonly fromEnd?: boolean;
  readonly hours?: readonly number[];
  readonly minutes?: readonly number[];
  /** @default 0 */
  readonly second?: number;
  /** IANA name, always written: without one a timer would follow whatever zone the machine has. */
  readonly zone: string;
}
