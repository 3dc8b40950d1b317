import fc from 'fast-check';
import { expect, test } from 'vitest';
import { longestDurationMs, parseDuration, printDuration } from './duration.ts';

test.each([
  ['30s', 30_000],
  ['5m', 300_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
  ['1h30m', 5_400_000],
  ['90', 90_000],
  [3600, 3_600_000],
  ['0s', 0],
  [0, 0],
])('%s is %i ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each([
  '',
  's',
  '5',
  '5 m',
  '5M',
  '-5m',
  '1.5h',
  '5m5h',
  '5m5m',
  'm5',
  '1w',
  '5ms',
  ' 5m',
  '99999999999999999999d',
  -1,
  1.5,
  Number.NaN,
])('%j is a duration only if it is whole seconds', (text) => {
  expect(parseDuration(text)).toBe(text === '5' ? 5000 : undefined);
});

test('what is printed reads as the same', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: longestDurationMs / 1000 }), (seconds) => {
      expect(parseDuration(printDuration(seconds * 1000))).toBe(seconds * 1000);
    }),
  );
});
