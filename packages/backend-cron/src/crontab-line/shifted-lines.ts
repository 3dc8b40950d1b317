import { type Calendar, daysMustBothMatch, type Horizon, printCron, type Schedule, type Zone } from '@rota/core';
import type { CronDialect } from '../dialect.ts';
import type { CronLine } from './cron-line.ts';
import { listText, setText, starredText } from './field-text.ts';
import { offsetDifferences } from './offset-differences.ts';

const mostLines = 4;

/**
 * Lines for a schedule whose zone differs from the machine's by the same offset throughout the horizon; undefined where there are none,
 * or they would be many. Whether they are exact is for the caller to prove: stars of the time fields and days of the month are kept only where they
 * can be.
 */
export function shiftedLines(
  declared: Schedule,
  dialect: CronDialect,
  systemZone: Zone,
  horizon: Horizon,
): readonly CronLine[] | undefined {
  const [difference, another] = offsetDifferences(declared.zone, systemZone, horizon);
  if (difference === undefined || another !== undefined || difference % 60 !== 0) return undefined;
  const { calendar } = declared;
  if (difference === 0 && dialect !== 'busybox') return [{ fields: printCron(calendar) }];

  /** By day shift and set of minutes, the hours. */
  const groups = new Map<string, { readonly shift: number; readonly minutes: readonly number[]; readonly hours: number[] }>();
  const byHour = new Map<number, number[]>();
  for (const hour of calendar.hour.values) {
    for (const minute of calendar.minute.values) {
      const at = hour * 60 + minute + difference / 60;
      const hourAt = Math.floor(at / 60);
      byHour.set(hourAt, [...(byHour.get(hourAt) ?? []), at - hourAt * 60]);
    }
  }
  for (const [hour, minutes] of byHour) {
    const shift = Math.floor(hour / 24);
    const key = `${shift} ${listText(minutes)}`;
    const group = groups.get(key) ?? { shift, minutes, hours: [] };
    group.hours.push(hour - shift * 24);
    groups.set(key, group);
  }
  // Days that do not matter: the shifts of one set of minutes are one line.
  const merged = everyDay(calendar) ? mergeShifts([...groups.values()]) : [...groups.values()];
  if (merged.length > mostLines) return undefined;
  const lines: CronLine[] = [];
  for (const { shift, minutes, hours } of merged) {
    const days = shiftedDays(calendar, shift, dialect);
    if (days === undefined) return undefined;
    const minuteText =
      dialect !== 'busybox' && calendar.minute.star && minutes.includes(0)
        ? starredText(minutes, 0, 59)
        : setText(minutes, 0, 59);
    lines.push({ fields: `${minuteText} ${setText(hours, 0, 23)} ${days}` });
  }
  return lines;
}

function everyDay(calendar: Calendar): boolean {
  const dom = calendar.dayOfMonth.values.length === 31;
  const dow = calendar.dayOfWeek.values.length === 7;
  return calendar.month.values.length === 12 && (daysMustBothMatch(calendar) ? dom && dow : dom || dow);
}

function mergeShifts(
  groups: readonly { readonly shift: number; readonly minutes: readonly number[]; readonly hours: readonly number[] }[],
): { readonly shift: number; readonly minutes: readonly number[]; readonly hours: readonly number[] }[] {
  const byMinutes = new Map<string, { shift: number; minutes: readonly number[]; hours: number[] }>();
  for (const { minutes, hours } of groups) {
    const key = listText(minutes);
    const group = byMinutes.get(key) ?? { shift: 0, minutes, hours: [] };
    group.hours.push(...hours);
    byMinutes.set(key, group);
  }
  return [...byMinutes.values()];
}

/** The three day fields moved by whole days; undefined where the months or BusyBox's rules are in the way. */
function shiftedDays(calendar: Calendar, shift: number, dialect: CronDialect): string | undefined {
  const { dayOfMonth: dom, month, dayOfWeek: dow } = calendar;
  const both = daysMustBothMatch(calendar);
  const anyDom = dom.values.length === 31;
  const anyDow = dow.values.length === 7;
  const months = setText(month.values, 1, 12);
  if (both ? anyDom && anyDow : anyDom || anyDow) return shift === 0 || months === '*' ? `* ${months} *` : undefined;
  if (anyDom) {
    if (shift !== 0 && months !== '*') return undefined;
    return `* ${months} ${listText(dow.values.map((day) => (day + shift + 7) % 7))}`;
  }
  if (shift !== 0) return undefined;
  if (anyDow) return `${listText(dom.values)} ${months} *`;
  if (dialect === 'busybox') return both ? undefined : `${listText(dom.values)} ${months} ${listText(dow.values)}`;
  return printCron(calendar).split(' ').slice(2).join(' ');
}
