import { RotaError } from '@rota/core';
import type { CalendarLine } from './calendar-line.ts';

const weekdayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const shape =
  /^(?:([A-Za-z][A-Za-z,.-]*) )?([0-9*][0-9,./*]*)-([0-9*][0-9,./]*)([-~])([0-9*][0-9,./]*) ([0-9*][0-9,./]*):([0-9*][0-9,./]*):([0-5][0-9]) ([A-Za-z][A-Za-z0-9_+/-]*)$/;

/**
 * Reads a full `OnCalendar=` line: optional weekdays, date, time with one second, zone. What systemd refuses is refused, and so is
 * its open step (`0/7`), which it evaluates wrongly.
 *
 * @throws ROTA_SCHEDULE_SYNTAX
 */
export function parseLine(text: string): CalendarLine {
  const match = shape.exec(text);
  if (match === null) throw refuse(text, 'expected `[WEEKDAYS] YEAR-MONTH-DAY HOUR:MINUTE:SECOND ZONE`');
  const [, weekdays, years = '', months = '', separator, days = '', hours = '', minutes = '', second, zone = ''] = match;
  return {
    ...(weekdays === undefined ? {} : { weekdays: readWeekdays(weekdays, text) }),
    ...optional('years', readSet(years, 1970, 2199, text)),
    ...optional('months', readSet(months, 1, 12, text)),
    ...optional('days', readSet(days, 1, 31, text)),
    ...(separator === '~' ? { fromEnd: true } : {}),
    ...optional('hours', readSet(hours, 0, 23, text)),
    ...optional('minutes', readSet(minutes, 0, 59, text)),
    ...(Number(second) === 0 ? {} : { second: Number(second) }),
    zone,
  };
}

function optional<K extends string>(key: K, values: readonly number[] | undefined): { readonly [P in K]?: readonly number[] } {
  return values === undefined ? {} : ({ [key]: values } as { readonly [P in K]?: readonly number[] });
}

function readSet(text: string, low: number, high: number, line: string): readonly number[] | undefined {
  if (text === '*') return undefined;
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^([0-9]+)(?:\.\.([0-9]+)(?:\/([0-9]+))?)?$/.exec(part);
    if (match === null) throw refuse(line, `\`${part}\` is not a value, a range \`a..b\` or a bounded step \`a..b/s\``);
    const from = Number(match[1]);
    const to = match[2] === undefined ? from : Number(match[2]);
    const step = match[3] === undefined ? 1 : Number(match[3]);
    if (from < low || to > high || from > to || step < 1)
      throw refuse(line, `\`${part}\` is out of ${low} to ${high}, or runs backwards`);
    for (let value = from; value <= to; value += step) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

function readWeekdays(text: string, line: string): readonly number[] {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const [from, to = from] = part.split(/\.\.|-/).map((name) => (weekdayNames.indexOf(name.slice(0, 3).toLowerCase()) + 6) % 7);
    const known = part.split(/\.\.|-/).every((name) => weekdayNames.includes(name.toLowerCase()));
    if (!known || from === undefined || to === undefined || from > to)
      throw refuse(line, `\`${part}\` is not a weekday or a range of them`);
    for (let day = from; day <= to; day++) values.add((day + 1) % 7);
  }
  return [...values].sort((a, b) => a - b);
}

function refuse(line: string, why: string): RotaError {
  return new RotaError('ROTA_SCHEDULE_SYNTAX', `The OnCalendar line \`${line}\` cannot be read: ${why}.`);
}
