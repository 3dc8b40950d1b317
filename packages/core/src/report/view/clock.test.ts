import { expect, test } from 'vitest';
import { clockText, countText, dayText, lengthText, relativeText, sizeText } from './clock.ts';

const berlin = {
  offsets: [
    { from: '2026-09-01T00:00:00Z', seconds: 7200 },
    { from: '2026-10-25T01:00:00Z', seconds: 3600 },
  ],
};
const at = (text: string): number => Date.parse(text) / 1000;

test('a wall clock goes by the offset that holds at the instant, also when an hour comes twice', () => {
  expect(clockText(berlin, at('2026-10-25T00:30:00Z'))).toBe('Sun 25 Oct, 02:30');
  expect(clockText(berlin, at('2026-10-25T01:30:00Z'))).toBe('Sun 25 Oct, 02:30');
  expect(clockText(berlin, at('2026-10-25T23:30:00Z'))).toBe('Mon 26 Oct, 00:30');
  expect(clockText(berlin, at('2026-01-01T00:00:00Z'))).toBe('Thu 1 Jan, 02:00');
  expect(clockText(undefined, at('2026-10-25T23:30:00Z'))).toBe('Sun 25 Oct, 23:30');
  expect(dayText('2026-10-25')).toBe('Sun 25 Oct');
});

test.each([
  [0, 'now'],
  [-89, 'now'],
  [90, 'in 2 min'],
  [-5399, '90 min ago'],
  [5400, 'in 2 h'],
  [-129_600, '2 days ago'],
  [3_000_000, 'in 35 days'],
])('%i s is %s', (seconds, text) => {
  expect(relativeText(seconds)).toBe(text);
});

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [1000, '1.0 s'],
  [59_949, '59.9 s'],
  [59_960, '1 min 0 s'],
  [3_599_900, '1 h 0 min'],
  [7_500_000, '2 h 5 min'],
])('%i ms take %s', (ms, text) => {
  expect(lengthText(ms)).toBe(text);
});

test('counts and sizes read as people write them', () => {
  expect([countText(1, 'run'), countText(0, 'run'), countText(1_234_567, 'run')]).toEqual(['1 run', '0 runs', '1,234,567 runs']);
  expect([sizeText(0), sizeText(999), sizeText(1000), sizeText(99_960), sizeText(999_600), sizeText(4.2e9)]).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '100 kB',
    '1.0 MB',
    '4.2 GB',
  ]);
});
