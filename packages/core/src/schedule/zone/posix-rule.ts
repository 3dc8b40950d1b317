import { daysFromCivil, isLeapYear } from '../civil.ts';

/** When in a year a POSIX rule changes the clock: `Mm.w.d`, `Jn` (1 to 365, no leap day) or `n` (0 to 365). */
export type PosixDate =
  | { readonly kind: 'month'; readonly month: number; readonly week: number; readonly weekday: number }
  | { readonly kind: 'julian'; readonly day: number }
  | { readonly kind: 'dayOfYear'; readonly day: number };

/** One of the two changes of a year: the date, and the seconds after that date's midnight in the time that was in force. */
export interface PosixChange {
  readonly date: PosixDate;
  readonly time: number;
}

/** A POSIX TZ string (RFC 8536 section 3.3.1, as the footer of a zone file has it) as data. Offsets are seconds east of UTC. */
export interface PosixRule {
  readonly text: string;
  readonly standard: { readonly abbreviation: string; readonly offset: number };
  readonly daylight?: {
    readonly abbreviation: string;
    readonly offset: number;
    /** Standard to daylight-saving time. */
    readonly start: PosixChange;
    /** Back to standard time. */
    readonly end: PosixChange;
  };
}

const name = '<[A-Za-z0-9+-]+>|[A-Za-z]+';
const offset = '[+-]?\\d{1,3}(?::\\d{2}(?::\\d{2})?)?';
const date = '(?:M\\d+\\.\\d+\\.\\d+|J\\d+|\\d+)';
const whole = new RegExp(
  `^(${name})(${offset})(?:(${name})(${offset})?,(${date})(?:/(${offset}))?,(${date})(?:/(${offset}))?)?$`,
);

/** Reads a POSIX TZ string, or returns undefined when it is not one. */
export function parsePosixRule(text: string): PosixRule | undefined {
  const match = whole.exec(text);
  if (match === null) return undefined;
  const [, stdName = '', stdOffset = '', dstName, dstOffset, startDate, startTime, endDate, endTime] = match;
  const standard = { abbreviation: bare(stdName), offset: 0 - seconds(stdOffset) };
  if (dstName === undefined || startDate === undefined || endDate === undefined) return { text, standard };
  return {
    text,
    standard,
    daylight: {
      abbreviation: bare(dstName),
      offset: dstOffset === undefined ? standard.offset + 3600 : 0 - seconds(dstOffset),
      start: { date: parseDate(startDate), time: startTime === undefined ? 7200 : seconds(startTime) },
      end: { date: parseDate(endDate), time: endTime === undefined ? 7200 : seconds(endTime) },
    },
  };
}

/** The instants at which a rule with daylight saving changes in a year, as [start, end]. */
export function posixChangesInYear(rule: PosixRule, year: number): readonly [number, number] | undefined {
  if (rule.daylight === undefined) return undefined;
  const { start, end, offset: daylight } = rule.daylight;
  return [
    dayOf(start.date, year) * 86_400 + start.time - rule.standard.offset,
    dayOf(end.date, year) * 86_400 + end.time - daylight,
  ];
}

function bare(abbreviation: string): string {
  return abbreviation.replace(/[<>]/g, '');
}

function seconds(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1;
  const [hours = 0, minutes = 0, rest = 0] = text.replace(/^[+-]/, '').split(':').map(Number);
  return sign * (hours * 3600 + minutes * 60 + rest);
}

function parseDate(text: string): PosixDate {
  const [a = 0, week = 0, weekday = 0] = text.replace(/^[MJ]/, '').split('.').map(Number);
  if (text.startsWith('M')) return { kind: 'month', month: a, week, weekday };
  return text.startsWith('J') ? { kind: 'julian', day: a } : { kind: 'dayOfYear', day: a };
}

function dayOf(when: PosixDate, year: number): number {
  const newYear = daysFromCivil(year, 1, 1);
  if (when.kind === 'dayOfYear') return newYear + when.day;
  if (when.kind === 'julian') return newYear + when.day - 1 + (isLeapYear(year) && when.day >= 60 ? 1 : 0);
  const first = daysFromCivil(year, when.month, 1);
  const next = when.month === 12 ? daysFromCivil(year + 1, 1, 1) : daysFromCivil(year, when.month + 1, 1);
  let day = first + ((when.weekday - weekdayOf(first) + 7) % 7) + (when.week - 1) * 7;
  while (day >= next) day -= 7;
  return day;
}

function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}
