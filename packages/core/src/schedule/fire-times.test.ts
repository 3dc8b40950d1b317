import { describe, expect, test } from 'vitest';
import { fireTimes } from './fire-times.ts';
import { firesBetween } from './fires-between.ts';
import { previousFire } from './previous-fire.ts';
import { defineSchedule } from './schedule.ts';

const seconds = (iso: string): number => Date.parse(iso) / 1000;
const iso = (at: number): string => new Date(at * 1000).toISOString().replace('.000Z', 'Z');

function firesAfter(expression: string, zone: string, after: string, count: number): string[] {
  const found: string[] = [];
  for (const at of fireTimes(defineSchedule(expression, zone), { after: seconds(after) })) {
    found.push(iso(at));
    if (found.length === count) break;
  }
  return found;
}

/** Clock times of one local day, as UTC. */
const onDay = (expression: string, zone: string, from: string, to: string): string =>
  firesBetween(defineSchedule(expression, zone), seconds(from), seconds(to))
    .map((at) => iso(at).slice(11, 16))
    .join(' ');

describe('clock changes, as Debian cron 3.0pl1-162 was seen to handle them', () => {
  // Measured with the daemon under a virtual clock; cron(8), DAYLIGHT SAVING TIME AND OTHER TIME CHANGES.
  const spring = ['America/New_York', '2026-03-08T05:00:00Z', '2026-03-08T08:00:00Z'] as const;
  const autumn = ['America/New_York', '2026-11-01T04:00:00Z', '2026-11-01T08:00:00Z'] as const;
  test.each([
    ['a fixed time in the gap runs at the jump', '30 2 * * *', spring, '07:00'],
    ['several fixed times in the gap are one fire', '0,30 2 * * *', spring, '07:00'],
    ['a fixed time in the gap merges with a regular one', '0 2,3 * * *', spring, '07:00'],
    ['a regular fire after the gap stays', '15 1-3 * * *', spring, '06:15 07:00 07:15'],
    ['every minute of the hour, written without a star, is one fire', '0-59 2 * * *', spring, '07:00'],
    ['a starred minute is skipped in the gap', '*/20 2 * * *', spring, ''],
    ['a starred hour is skipped in the gap', '30 */2 * * *', spring, '05:30'],
    ['wildcards go on after the gap', '*/30 * * * *', spring, '05:00 05:30 06:00 06:30 07:00 07:30'],
    ['a fixed time in the repeated hour runs once, first', '30 1 * * *', autumn, '05:30'],
    ['so do all of its times', '0-59/20 1,2 * * *', autumn, '05:00 05:20 05:40 07:00 07:20 07:40'],
    ['a starred minute runs in both passes', '*/30 1 * * *', autumn, '05:00 05:30 06:00 06:30'],
    ['a starred hour runs in both passes', '0 * * * *', autumn, '04:00 05:00 06:00 07:00'],
    ['@hourly is a wildcard', '@hourly', autumn, '04:00 05:00 06:00 07:00'],
    ['hours listed in full are not', '0 0-23 * * *', autumn, '04:00 05:00 07:00'],
  ] as const)('%s: %s', (_, expression, [zone, from, to], expected) => {
    expect(onDay(expression, zone, from, to)).toBe(expected);
  });

  test.each([
    ['half an hour forward', '15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T15:00:00Z', '2026-10-03T17:00:00Z', '15:30'],
    ['half an hour back', '45 1 * * *', 'Australia/Lord_Howe', '2026-04-04T14:00:00Z', '2026-04-04T17:00:00Z', '14:45'],
    [
      'half an hour back, wildcard',
      '45 * * * *',
      'Australia/Lord_Howe',
      '2026-04-04T14:00:00Z',
      '2026-04-04T16:00:00Z',
      '14:45 15:15',
    ],
    ['a gap at midnight', '0 0 * * *', 'Africa/Cairo', '2026-04-23T21:00:00Z', '2026-04-24T21:00:00Z', '22:00'],
    ['a gap at a quarter to three', '50 2 * * *', 'Pacific/Chatham', '2026-09-26T13:00:00Z', '2026-09-26T16:00:00Z', '14:00'],
    ['the rest of that hour', '50 3 * * *', 'Pacific/Chatham', '2026-09-26T13:00:00Z', '2026-09-26T16:00:00Z', '14:05'],
    [
      'half an hour back without daylight saving',
      '45 23 * * *',
      'Asia/Pyongyang',
      '2015-08-14T14:00:00Z',
      '2015-08-14T16:00:00Z',
      '14:45',
    ],
    [
      'half an hour forward without daylight saving',
      '45 23 * * *',
      'Asia/Pyongyang',
      '2018-05-04T14:00:00Z',
      '2018-05-04T16:00:00Z',
      '15:00',
    ],
    [
      'three hours forward are a change of the clock',
      '30 3 * * *',
      'Antarctica/Casey',
      '2009-10-17T12:00:00Z',
      '2009-10-18T03:00:00Z',
      '',
    ],
    [
      'a day left out is a change of the clock',
      '0 12 30 * *',
      'Pacific/Apia',
      '2011-12-29T00:00:00Z',
      '2012-01-02T00:00:00Z',
      '',
    ],
    [
      'two hours forward are caught up',
      '30 2 * * *',
      'Antarctica/Troll',
      '2026-03-29T00:00:00Z',
      '2026-03-29T06:00:00Z',
      '01:00',
    ],
    // The daemon's bounds differ by a minute: exactly three hours back still counts as a small change.
    ['three hours back are not', '30 23 * * *', 'Antarctica/Casey', '2010-03-04T08:00:00Z', '2010-03-04T18:00:00Z', '12:30'],
  ])('%s: %s in %s', (_, expression, zone, from, to, expected) => {
    expect(onDay(expression, zone, from, to)).toBe(expected);
  });
});

describe("facts of cronsim's test table (cuu508/cronsim, tests/test_cronsim.py), Europe/Riga 2021", () => {
  // The clock goes from 03:00 to 04:00 on 28 March (01:00Z), and from 04:00 back to 03:00 on 31 October (01:00Z).
  const march = '2021-03-27T23:30:00Z';
  const october = '2021-10-30T22:30:00Z';
  const all = Array.from({ length: 24 }, (_, hour) => hour).join(',');
  const odd = Array.from({ length: 12 }, (_, index) => index * 2 + 1).join(',');
  test.each([
    ['0 * * * *', march, ['00:00', '01:00']],
    ['0 * * * *', october, ['23:00', '00:00', '01:00', '02:00']],
    ['*/30 * * * *', '2021-03-28T00:10:00Z', ['00:30', '01:00', '01:30']],
    ['*/30 * * * *', '2021-10-30T23:10:00Z', ['23:30', '00:00', '00:30', '01:00', '01:30', '02:00']],
    ['*/15 * * * *', '2021-03-28T00:40:00Z', ['00:45', '01:00']],
    [
      '*/15 * * * *',
      '2021-10-30T23:40:00Z',
      ['23:45', '00:00', '00:15', '00:30', '00:45', '01:00', '01:15', '01:30', '01:45', '02:00'],
    ],
    ['0 */2 * * *', march, ['00:00', '01:00', '03:00']],
    ['0 */2 * * *', october, ['23:00', '02:00', '04:00']],
    ['30 */2 * * *', march, ['00:30', '01:30']],
    ['30 */2 * * *', october, ['23:30', '02:30']],
    ['0 */3 * * *', october, ['00:00', '01:00', '04:00']],
    ['0 1,2,3,4,5 * * *', march, ['00:00', '01:00', '02:00']],
    ['0 1,2,3,4,5 * * *', october, ['23:00', '00:00', '02:00']],
    ['30 1,2,3,4,5 * * *', '2021-03-27T23:30:00Z', ['00:30', '01:00', '01:30']],
    ['30 1,2,3,4,5 * * *', october, ['23:30', '00:30', '02:30']],
    ['0 2 * * *', march, ['00:00', '23:00']],
    ['0 2 * * *', october, ['23:00', '00:00']],
    ['0 3 * * *', '2021-03-26T23:30:00Z', ['01:00', '01:00', '00:00']],
    ['0 3 * * *', october, ['00:00', '01:00']],
    ['0 4 * * *', '2021-03-26T23:30:00Z', ['02:00', '01:00', '01:00']],
    ['0 4 * * *', '2021-10-29T22:30:00Z', ['01:00', '02:00', '02:00']],
    [`0 ${all} * * *`, march, ['00:00', '01:00', '02:00']],
    [`0 ${all} * * *`, october, ['23:00', '00:00', '02:00']],
    [`0 ${odd} * * *`, '2021-03-27T22:30:00Z', ['23:00', '01:00', '02:00']],
    [`0 ${odd} * * *`, '2021-10-30T21:30:00Z', ['22:00', '00:00', '03:00']],
    ['0 1-5 * * *', march, ['00:00', '01:00', '02:00']],
    ['0 1-5 * * *', october, ['23:00', '00:00', '02:00']],
    ['15 3 * * *', '2021-03-26T22:00:00Z', ['01:15', '01:00', '00:15']],
    ['15 3 * * *', '2021-10-29T21:00:00Z', ['00:15', '00:15', '01:15']],
    ['* * * * *', '2021-03-28T00:58:00Z', ['00:59', '01:00']],
    ['* * * * *', '2021-10-31T00:58:00Z', ['00:59', '01:00', '01:01']],
    ['* 1-6 * * *', '2021-03-28T00:58:00Z', ['00:59', '01:00']],
    ['* 1-6 * * *', '2021-10-31T00:58:00Z', ['00:59', '01:00', '01:01']],
  ])('%s after %s', (expression, after, times) => {
    const found = firesAfter(expression, 'Europe/Riga', after, times.length);
    expect(found.map((at) => at.slice(11, 16))).toEqual(times);
    for (const at of found) expect(previousFire(defineSchedule(expression, 'Europe/Riga'), seconds(at) + 1)).toBe(seconds(at));
  });

  test.each([
    ['1 1 1-7 * */7', ['2020-01-05', '2020-02-02', '2020-03-01', '2020-04-05']],
    ['1 1 */100,1-7 * MON', ['2020-01-06', '2020-02-03', '2020-03-02', '2020-04-06']],
    ['1 1 * * */3', ['2020-01-01', '2020-01-04', '2020-01-05', '2020-01-08']],
  ])('%s from 2020 on', (expression, dates) => {
    expect(firesAfter(expression, 'UTC', '2020-01-01T00:00:00Z', dates.length)).toEqual(dates.map((date) => `${date}T01:01:00Z`));
  });
});

describe('the day rule of Debian cron and cronie, as both daemons were seen to run it', () => {
  test.each([
    ['0 0 13 * 5', ['2026-02-06', '2026-02-13', '2026-02-20', '2026-02-27', '2026-03-06', '2026-03-13']],
    ['0 0 */2 * 1', ['2026-02-09', '2026-02-23', '2026-03-09', '2026-03-23']],
    ['0 0 1-31/2 * 1', ['2026-02-01', '2026-02-02', '2026-02-03', '2026-02-05']],
    ['0 0 *,1 * 1', ['2026-02-02', '2026-02-09', '2026-02-16']],
    ['0 0 1,* * 1', ['2026-02-01', '2026-02-02', '2026-02-03']],
    ['0 0 1-31 * 1', ['2026-02-01', '2026-02-02', '2026-02-03']],
    ['0 0 15 * 0-6', ['2026-02-01', '2026-02-02', '2026-02-03']],
  ])('%s', (expression, dates) => {
    expect(firesAfter(expression, 'UTC', '2026-01-31T12:00:00Z', dates.length)).toEqual(dates.map((date) => `${date}T00:00:00Z`));
  });
});
