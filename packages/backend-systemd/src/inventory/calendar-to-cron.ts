import { compareForeign, defineSchedule, type ForeignComparison, isRotaError, type Zone } from '@rota/core';
import type { CalendarLine } from '../on-calendar/calendar-line.ts';
import { timerSchedule } from '../on-calendar/timer-schedule.ts';

export interface CronOfCalendar {
  readonly expression: string;
  readonly timezone: string;
  readonly comparison: Exclude<ForeignComparison, { kind: 'different' }>;
}

/**
 * The cron expression that fires when these lines do. Every candidate is really evaluated against the timer; one that is equal at all times is taken
 * before one that differs on days of clock changes. `undefined`: there is none. `now` in seconds since the epoch.
 */
export function calendarToCron(
  lines: readonly CalendarLine[],
  zoneOf: (name: string) => Zone,
  now: number,
): CronOfCalendar | undefined {
  const [first] = lines;
  if (first === undefined || lines.some((line) => line.zone !== first.zone)) return undefined;
  const native = timerSchedule(lines, zoneOf);
  let best: CronOfCalendar | undefined;
  for (const expression of candidates(lines)) {
    const comparison = compare(expression);
    if (comparison === undefined || comparison.kind === 'different') continue;
    if (comparison.kind === 'exact') return { expression, timezone: first.zone, comparison };
    best ??= { expression, timezone: first.zone, comparison };
  }
  return best;

  function compare(expression: string): ForeignComparison | undefined {
    try {
      return compareForeign(defineSchedule(expression, zoneOf(first?.zone ?? 'UTC')), native, now);
    } catch (error) {
      if (isRotaError(error)) return undefined; // such as a date that never comes
      throw error;
    }
  }
}

type Field = 'minutes' | 'hours' | 'days' | 'months' | 'weekdays';
const bounds = { minutes: [0, 59], hours: [0, 23], days: [1, 31], months: [1, 12], weekdays: [0, 6] } as const;

function candidates(lines: readonly CalendarLine[]): readonly string[] {
  const union = (field: Field): readonly number[] | undefined =>
    lines.some((line) => line[field] === undefined)
      ? undefined
      : [...new Set(lines.flatMap((line) => line[field] ?? []))].sort((a, b) => a - b);
  const minutes = printField(union('minutes'), 'minutes');
  const hours = printField(union('hours'), 'hours');
  const months = printField(union('months'), 'months');
  // Several lines: days of one kind, or days of the month in some and days of the week in the others, which cron joins with OR.
  const listed = (field: 'days' | 'weekdays'): readonly number[] =>
    [...new Set(lines.flatMap((line) => line[field] ?? []))].sort((a, b) => a - b);
  const days = union('days') ?? (lines.length > 1 && listed('days').length > 0 ? listed('days') : undefined);
  const weekdays = union('weekdays') ?? (lines.length > 1 && listed('weekdays').length > 0 ? listed('weekdays') : undefined);
  // A step that begins with a star follows the wall clock through a change, a list does not: either may be what the timer does.
  return [minutes, plainList(union('minutes'), 'minutes')].flatMap((minute) =>
    [`${minute} ${hours}`].map((time) => `${time} ${printField(days, 'days')} ${months} ${printField(weekdays, 'weekdays')}`),
  );
}

function printField(values: readonly number[] | undefined, field: Field): string {
  if (values === undefined) return '*';
  const [low, high] = bounds[field];
  const step = (values[1] ?? 0) - (values[0] ?? 0);
  const regular = values.length > 2 && step > 1 && values.every((value, index) => value === (values[0] ?? 0) + index * step);
  if (regular && values[0] === low && (values.at(-1) ?? 0) + step > high) return `*/${step}`;
  return plainList(values, field);
}

function plainList(values: readonly number[] | undefined, field: Field): string {
  if (values === undefined) return field === 'minutes' ? '0-59' : '*';
  const runs: [number, number][] = [];
  for (const value of values) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === value - 1) last[1] = value;
    else runs.push([value, value]);
  }
  return runs.map(([low, high]) => (low === high ? `${low}` : high === low + 1 ? `${low},${high}` : `${low}-${high}`)).join(',');
}
