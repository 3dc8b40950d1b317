import { defineSchedule, loadZone, proveSchedule } from '@rota/core';
import { describe, expect, test } from 'vitest';
import { printLine } from './print-line.ts';
import { timerSchedule } from './timer-schedule.ts';
import { translate } from './translate.ts';

const horizon = { fromYear: 2026, toYear: 2035 };
const linesOf = (expression: string, zone = 'UTC'): readonly string[] =>
  translate(defineSchedule(expression, zone), horizon).map(printLine);
const prove = (expression: string, zone: string) => {
  const declared = defineSchedule(expression, zone);
  return proveSchedule(declared, timerSchedule(translate(declared, horizon), loadZone), horizon);
};

describe('a cron expression as OnCalendar lines', () => {
  test.each([
    ['0 2 * * *', ['*-*-* 02:00:00 UTC']],
    ['* * * * *', ['*-*-* *:*:00 UTC']],
    ['*/20 * * * *', ['*-*-* *:00..40/20:00 UTC']],
    ['*/7 9-17 * * 1-5', ['Mon..Fri *-*-* 09..17:00..56/7:00 UTC']],
    ['5,6 0 1,15 * *', ['*-*-01,15 00:05..06:00 UTC']],
    // OR: two lines.
    ['0 0 13 * 5', ['*-*-13 00:00:00 UTC', 'Fri *-*-* 00:00:00 UTC']],
    // AND, since a day field begins with a star.
    ['0 0 */2 * 1', ['Mon *-*-01..31/2 00:00:00 UTC']],
    ['0 0 *,1 * 1', ['Mon *-*-* 00:00:00 UTC']],
    // OR with all days is every day.
    ['0 0 1-31 * 1', ['*-*-* 00:00:00 UTC']],
    // The week begins on Monday, and no range goes round.
    ['0 0 * * 0,5,6', ['Fri..Sun *-*-* 00:00:00 UTC']],
    ['0 0 * * 0,1', ['Mon,Sun *-*-* 00:00:00 UTC']],
    ['0 0 * * 6,0,1', ['Mon,Sat,Sun *-*-* 00:00:00 UTC']],
    ['0 0 1 2-12/2 *', ['*-02..12/2-01 00:00:00 UTC']],
  ])('%s', (expression, lines) => expect(linesOf(expression)).toEqual(lines));

  test('a fire lost in the spring gap is a yearless line in UTC, which does not expire', () => {
    expect(linesOf('30 2 * * *', 'America/New_York')).toEqual([
      '*-*-* 02:30:00 America/New_York',
      'Sun *-03-08..14 07:00:00 UTC',
    ]);
    expect(linesOf('30 2 * * *', 'Australia/Lord_Howe')).toEqual(['*-*-* 02:30:00 Australia/Lord_Howe']);
  });

  test('the second pass of a repeated hour is a yearless line in UTC', () => {
    expect(linesOf('*/20 * * * *', 'America/New_York')).toEqual([
      '*-*-* *:00..40/20:00 America/New_York',
      'Sun *-11-01..07 06:00..40/20:00 UTC',
    ]);
    // Before the month's first Sunday in the zone it is Saturday in UTC, perhaps of the month before.
    expect(linesOf('0 * * * *', 'Australia/Sydney')).toEqual(
      ['*-*-* *:00:00 Australia/Sydney', 'Sat *-04-01..06 16:00:00 UTC', 'Sat *-03-31 16:00:00 UTC'].sort((a, b) =>
        a.startsWith('*') ? -1 : b.startsWith('*') ? 1 : a < b ? -1 : 1,
      ),
    );
  });

  test('a zone without such a rule gets dated lines', () => {
    // Morocco's changes followed Ramadan; from 2026f on the zone data has none after 2026, so the years are past ones.
    const lines = translate(defineSchedule('*/30 * * * *', 'Africa/Casablanca'), { fromYear: 2019, toYear: 2025 }).map(printLine);
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.slice(1).every((line) => /^20\d\d-\d\d-\d\d .* UTC$/.test(line))).toBe(true);
  });

  test('a zone without changes needs no correction', () => expect(linesOf('* * * * *', 'Asia/Kolkata')).toHaveLength(1));
});

describe('the proof', () => {
  const zones = [
    'America/New_York',
    'Europe/London',
    'Australia/Lord_Howe',
    'America/Santiago',
    'Africa/Cairo',
    'Pacific/Chatham',
    'Asia/Kolkata',
    'UTC',
    'America/St_Johns',
    'Africa/Casablanca',
    'America/Nuuk',
    'Asia/Gaza',
    'Europe/Dublin',
    'Antarctica/Troll',
  ];
  const expressions = [
    '* * * * *',
    '*/7 * * * *',
    '0 * * * *',
    '30 2 * * *',
    '15 1-3 * * *',
    '0,30 0-3 1-7 * 0',
    '45 2 * 3,9,10 *',
    '59 23 29 2 *',
    '10-50/8 0,1,2,3,23 * * 0,6',
    '0 */5 1-31 * 1',
  ];
  test.each(zones)('says exact for %s', (zone) => {
    for (const expression of expressions) expect([expression, prove(expression, zone).fidelity]).toEqual([expression, 'exact']);
  });

  test('says so when a line is wrong', () => {
    const declared = defineSchedule('0 2 * * *', 'Europe/London');
    const native = timerSchedule([{ hours: [2], minutes: [0], zone: 'UTC' }], loadZone);
    expect(proveSchedule(declared, native, horizon).fidelity).toBe('refused');
  });
});
