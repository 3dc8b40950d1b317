import { spawnSync } from 'node:child_process';
import { cronPart, requirePart } from '@rota/test-support';
import { describe, expect, test } from 'vitest';
import { parseCron } from './cron/parse-cron.ts';
import { firesBetween } from './fires-between.ts';
import { defineSchedule } from './schedule.ts';

const seconds = (iso: string): number => Date.parse(iso) / 1000;

describe('OCPS 1.0 and 1.1 (open-source-cron/ocps, as tested by croner, test/ocps-1.0.test.ts and test/ocps-1.1.test.ts)', () => {
  test.each([
    '0 0 * * *',
    '  0 0 * * *  ',
    '0  0   *    *     *',
    '0\t0\t*\t*\t*',
    '0,30,59 * * * *',
    '0 0,12,23 * * *',
    '0 0 1,15,31 * *',
    '0 0 1 1,6,12 *',
    '0 0 1 DEC *',
    '0 0 * * sat',
    '0 9-17 * * *',
    '0 0-20/5 * * *',
    '0 1-3,10-12 * * *',
    '0 10-20/2 * * *',
  ])('%j is accepted', (expression) => {
    expect(() => parseCron(expression)).not.toThrow();
  });

  test.each(['60 * * * *', '0 24 * * *', '0 0 32 * *', '0 0 1 13 *', '0 0 * * 8', '0 17-9 * * *', '0 */0 * * *'])(
    '%s is refused',
    (expression) => {
      expect(() => parseCron(expression)).toThrow();
    },
  );

  test('0 and 7 are the same day, and names are numbers in any case', () => {
    expect(parseCron('0 0 * * 7')).toEqual(parseCron('0 0 * * SUN'));
    expect(parseCron('0 0 1 JAN *')).toEqual(parseCron('0 0 1 1 *'));
  });

  test('the two days are alternatives by default', () => {
    const fires = firesBetween(
      defineSchedule('0 12 1 * MON', 'UTC'),
      seconds('2026-01-01T00:00:00Z'),
      seconds('2026-02-03T00:00:00Z'),
    );
    expect(fires.map((at) => new Date(at * 1000).toISOString().slice(5, 10))).toEqual([
      '01-01',
      '01-05',
      '01-12',
      '01-19',
      '01-26',
      '02-01',
      '02-02',
    ]);
  });

  test.each([
    ['@yearly', '@annually'],
    ['@daily', '@midnight'],
  ])('%s is %s', (one, other) => {
    expect(parseCron(one)).toEqual(parseCron(other));
  });
});

describe('systemd-cron (test/test-generator, test/crontab): the same days and times, from crontab text', () => {
  // Left out: its AND of two restricted days, which its own manual and both daemons contradict, and `~`, which Debian cron lacks.
  test.each([
    ['5 6 * * *', { minute: [5], hour: [6] }],
    ['*/5 * * * *', { minute: [0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55] }],
    ['1 * * * mon-wed', { minute: [1], dayOfWeek: [1, 2, 3] }],
    ['* * * * 5-7', { dayOfWeek: [0, 5, 6] }],
    ['00  0 * * 1-5', { minute: [0], hour: [0], dayOfWeek: [1, 2, 3, 4, 5] }],
    ['00  0 * * 0-3', { dayOfWeek: [0, 1, 2, 3] }],
    ['0 0 * * 4-7', { dayOfWeek: [0, 4, 5, 6] }],
    ['1 2 3 4 5', { minute: [1], hour: [2], dayOfMonth: [3], month: [4], dayOfWeek: [5] }],
  ])('%s', (expression, fields) => {
    const calendar = parseCron(expression);
    for (const [key, values] of Object.entries(fields)) expect(calendar[key as keyof typeof calendar].values).toEqual(values);
  });
});

describe('cronsim (cuu508/cronsim, tests/test_cronsim.py): every bad value in every place is refused', () => {
  const patterns = [
    '% * * * *',
    '* % * * *',
    '* * % * *',
    '* * * % * ',
    '* * * * %',
    '1-% * * * *',
    '%-60 * * * *',
    '* * 1-% * *',
  ];
  const more = ['* * 1,% * *', '* * %/1 * *', '* * * %-DEC *', '* * * JAN-% *', '* * * * %-SUN', '* * * * MON-%'];
  const values = ['-1', '61', 'ABC', '2/', '/2', '2#', '#2', '1##1', '1//2', '¹', 'LL', 'LWX'];
  test.each([...patterns, ...more])('%s', (pattern) => {
    for (const value of values) expect(() => parseCron(pattern.replace('%', value))).toThrow();
  });
});

requirePart(cronPart)('what those tables accept and we refuse', () => {
  const daemonAccepts = (expression: string): boolean =>
    spawnSync('crontab', ['-n', '-'], { input: `${expression} true\n` }).status === 0;

  // Extensions of cronsim, croner and OCPS 1.2 to 1.4: last days, nearest weekdays, wildcards of Quartz, nicknames in capitals.
  test.each([
    '5/15 * * * *',
    '* * L * *',
    '* * LW * *',
    '* * l * *',
    '* * L/2 * *',
    '0 0 15W * *',
    '0 0 ? * *',
    '@YEARLY',
    '0 0 * * MONL',
    '0 0 * * 5L',
  ])('%s: the daemon refuses it too', (expression) => {
    expect(() => parseCron(expression)).toThrow();
    expect(daemonAccepts(expression)).toBe(false);
  });

  test.each(['* * * * 1#2', '0 0 30 2 *', '0 17-9 * * *'])(
    '%s: the daemon accepts it and runs something else, or nothing',
    (expression) => {
      expect(() => parseCron(expression)).toThrow();
      expect(daemonAccepts(expression)).toBe(true);
    },
  );
});
