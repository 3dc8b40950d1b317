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

test('the window is local time, and without one it is always open', () => {
  expect(inWindow(at('06:30'), 'America/New_York', { lower: '01:00', upper: '02:00' })).toBe(true);
  expect(inWindow(at('12:00'), 'UTC', undefined)).toBe(true);
});
