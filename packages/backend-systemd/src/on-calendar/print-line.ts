import type { CalendarLine } from './calendar-line.ts';

const names = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** The text of a line, in the forms that every systemd from 252 on reads alike. */
export function printLine(line: CalendarLine): string {
  const date = `${printSet(line.years, 4)}-${printSet(line.months, 2)}${line.fromEnd ? '~' : '-'}${printSet(line.days, 2)}`;
  const time = `${printSet(line.hours, 2)}:${printSet(line.minutes, 2)}:${String(line.second ?? 0).padStart(2, '0')}`;
  return [...(line.weekdays === undefined ? [] : [printWeekdays(line.weekdays)]), date, time, line.zone].join(' ');
}

/**
 * `a..b/s` for one progression, else runs and single values. Never the open step `a/s`, which loses fires in every version of
 * systemd, and never a range that goes round, which it refuses.
 */
function printSet(values: readonly number[] | undefined, digits: number): string {
  if (values === undefined) return '*';
  const write = (value: number | undefined): string => String(value).padStart(digits, '0');
  const step = progressionStep(values);
  if (step !== undefined && step > 1) return `${write(values[0])}..${write(values.at(-1))}/${step}`;
  return runs(values)
    .map(([low, high]) => (low === high ? write(low) : `${write(low)}..${write(high)}`))
    .join(',');
}

/** The week begins on Monday here. */
function printWeekdays(weekdays: readonly number[]): string {
  const fromMonday = weekdays.map((day) => (day + 6) % 7).sort((a, b) => a - b);
  return runs(fromMonday)
    .map(([low, high]) => (low === high ? names[low] : `${names[low]}${high === low + 1 ? ',' : '..'}${names[high]}`))
    .join(',');
}

/** The step of a progression of three or more values. */
function progressionStep(values: readonly number[]): number | undefined {
  const [first, second] = values;
  if (first === undefined || second === undefined || values.length < 3) return undefined;
  const step = second - first;
  return values.every((value, index) => value === first + index * step) ? step : undefined;
}

function runs(values: readonly number[]): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (const value of values) {
    const last = found.at(-1);
    if (last !== undefined && last[1] === value - 1) last[1] = value;
    else found.push([value, value]);
  }
  return found;
}
