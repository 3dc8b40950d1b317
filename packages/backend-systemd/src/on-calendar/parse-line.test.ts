import { isRotaError } from '@rota/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CalendarLine } from './calendar-line.ts';
import { parseLine } from './parse-line.ts';
import { printLine } from './print-line.ts';

const set = (low: number, high: number): fc.Arbitrary<readonly number[]> =>
  fc
    .uniqueArray(fc.integer({ min: low, max: high }), { minLength: 1, maxLength: 12 })
    .map((values) => values.sort((a, b) => a - b));
const line: fc.Arbitrary<CalendarLine> = fc.record(
  {
    weekdays: set(0, 6),
    years: set(2026, 2040),
    months: set(1, 12),
    days: set(1, 31),
    hours: set(0, 23),
    minutes: set(0, 59),
    zone: fc.constantFrom('UTC', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5'),
  },
  { requiredKeys: ['zone'] },
);

test('every line that is printed is read back', () => {
  fc.assert(fc.property(line, (found) => void expect(parseLine(printLine(found))).toEqual(found)));
});

test.each([
  ['*-*-* 00/5:00:00 UTC', 'the open step'],
  ['*-*-* *:*/5:00 UTC', 'a step on a star'],
  ['Fri..Mon *-*-* 00:00:00 UTC', 'weekdays that go round'],
  ['*-*-* 22..02:00:00 UTC', 'hours that go round'],
  ['*-*-* 24:00:00 UTC', 'hour 24'],
  ['*-*-* 00:00:00', 'no zone'],
  ['* *-*-* 00:00:00 UTC', 'a star for the weekday'],
  ['daily', 'a nickname'],
])('%s is refused: %s', (text) => {
  expect(() => parseLine(text)).toThrow(expect.toSatisfy(isRotaError));
});
