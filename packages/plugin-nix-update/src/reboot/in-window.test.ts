import { expect, test } from 'vitest';
import { inWindow } from './in-window.ts';

const at = (time: string): number => Date.parse(`2026-03-08T${time}:30Z`);

test.each([
  ['01:00', '05:00', '00:59', false],
  ['01:00', '05:00', '01:00', true],
  ['01:00', '05:00', '05:00', true],
  ['01:00', '05:00', '05:01', false],
  ['22:00', '04:00', '23:30', true],
  ['22:00', '04:00', '03:59', true],
  ['22:00', '04:00', '12:00', false],
  ['03:00', '03:00', '12:00', true],
])('between %s and %s, %s: %s', (lower, upper, time, expected) => {
  expect(inWindow(at(time), 'UTC', { lower, upper })).toBe(expected);
});

test('a window holds on the days on which the clock is set: what does not come is waited for, what comes twice is open twice', () => {
  const zone = 'America/New_York';
  const window = { lower: '02:10', upper: '02:50' };
  const open = (from: string): number => {
    const begin = Date.parse(from);
    const minutes = Array.from({ length: 24 * 60 }, (_, minute) => begin + minute * 60_000);
    return minutes.filter((atMs) => inWindow(atMs, zone, window)).length;
  };
  // 8 March 2026 has no 02:10 there; 1 November has one, and 01:10 twice.
  expect([open('2026-03-07T05:00:00Z'), open('2026-03-08T05:00:00Z'), open('2026-03-09T05:00:00Z')]).toEqual([41, 0, 41]);
  const early = { lower: '01:10', upper: '01:50' };
  const twice = ['05:30', '06:30'].map((time) => inWindow(Date.parse(`2026-11-01T${time}:00Z`), zone, early));
  expect(twice).toEqual([true, true]);
  const night = { lower: '23:30', upper: '03:30' };
  const times = ['04:29', '04:30', '06:59', '07:00', '07:30', '07:31'].map((time) =>
    inWindow(Date.parse(`2026-03-08T${time}:00Z`), zone, night),
  );
  expect(times).toEqual([false, true, true, true, true, false]);
});

test('the window is local time, and without one it is always open', () => {
  expect(inWindow(at('06:30'), 'America/New_York', { lower: '01:00', upper: '02:00' })).toBe(true);
  expect(inWindow(at('12:00'), 'UTC', undefined)).toBe(true);
});
