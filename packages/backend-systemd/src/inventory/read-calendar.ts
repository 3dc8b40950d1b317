import type { CalendarLine } from '../on-calendar/calendar-line.ts';

const names = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const shape =
  /^(?:([A-Za-z][A-Za-z,.]*) )?([^ -]+)-([^ ~-]+)([-~])([^ ]+) ([^ :]+):([^ :]+):([^ :]+)(?: ([A-Za-z][A-Za-z0-9_+/-]*))?$/;

/**
 * Reads an `OnCalendar=` in the normal form that `systemctl show` prints. An open step `a/s` is taken for what its writer meant.
 *
 * @param timezone of the machine, which holds for a line that names none
 * @returns a sentence for what no cron expression can say.
 */
export function readCalendar(text: string, timezone: string): CalendarLine | string {
  const match = shape.exec(text);
  if (match === null) return `\`OnCalendar=${text}\` cannot be read.`;
  const [, weekdays, years = '', months = '', separator, days = '', hours = '', minutes = '', seconds = '', zone] = match;
  if (years !== '*') return `\`OnCalendar=${text}\` names years; a schedule has none.`;
  if (separator === '~') return `\`OnCalendar=${text}\` counts days from the end of the month; a schedule cannot.`;
  if (!/^0+(\.0+)?$/.test(seconds)) return `\`OnCalendar=${text}\` names seconds; a schedule has none.`;
  const sets = {
    months: readSet(months, 1, 12),
    days: readSet(days, 1, 31),
    hours: readSet(hours, 0, 23),
    minutes: readSet(minutes, 0, 59),
  };
  const week = weekdays === undefined ? null : readWeekdays(weekdays);
  if (Object.values(sets).includes(undefined) || week === undefined) return `\`OnCalendar=${text}\` cannot be read.`;
  return {
    ...(week === null ? {} : { weekdays: week }),
    ...Object.fromEntries(Object.entries(sets).filter(([, values]) => values !== null)),
    zone: zone ?? timezone,
  };
}

/** `null` for all of them, `undefined` for what cannot be read. */
function readSet(text: string, low: number, high: number): readonly number[] | null | undefined {
  if (text === '*') return null;
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const [, first, last, step] = /^(\d+)(?:\.\.(\d+))?(?:\/(\d+))?$/.exec(part) ?? [];
    if (first === undefined) return undefined;
    const end = last !== undefined ? Number(last) : step !== undefined ? high : Number(first);
    if (Number(first) < low || end > high || step === '0') return undefined;
    for (let value = Number(first); value <= end; value += Number(step ?? 1)) values.add(value);
  }
  return values.size === high - low + 1 ? null : [...values].sort((a, b) => a - b);
}

function readWeekdays(text: string): readonly number[] | undefined {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const [from, to = from] = part.split('..').map((name) => (names.indexOf(name.slice(0, 3).toLowerCase()) + 6) % 7);
    if (from === undefined || to === undefined) return undefined;
    for (let day = from; day <= to; day++) values.add((day + 1) % 7);
  }
  return [...values].sort((a, b) => a - b);
}
