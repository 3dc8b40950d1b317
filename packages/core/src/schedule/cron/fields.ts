import type { Calendar } from '../calendar.ts';

/** What one field of a cron expression may hold. */
export interface FieldRule {
  readonly key: keyof Calendar;
  /** The field's name in messages. */
  readonly name: string;
  readonly low: number;
  /** Highest number that may be written; 7 for the day of the week, where it is Sunday again. */
  readonly high: number;
  /** Three-letter names; the first stands for `low`. */
  readonly names: readonly string[];
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** The five fields in the order in which they are written. */
export const fieldRules: readonly FieldRule[] = [
  { key: 'minute', name: 'minute', low: 0, high: 59, names: [] },
  { key: 'hour', name: 'hour', low: 0, high: 23, names: [] },
  { key: 'dayOfMonth', name: 'day of month', low: 1, high: 31, names: [] },
  { key: 'month', name: 'month', low: 1, high: 12, names: months },
  { key: 'dayOfWeek', name: 'day of week', low: 0, high: 7, names: weekdays },
];

/** What would be accepted in a field, for messages. */
export function acceptedIn(rule: FieldRule): string {
  const names = rule.names.length === 0 ? '' : ` or ${rule.names[0]}-${rule.names.at(-1)}`;
  return `${rule.low}-${rule.high}${names}, a list (1,2), a range (1-5), or a step on * or a range (*/5, 10-20/5)`;
}
