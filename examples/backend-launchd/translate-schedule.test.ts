import { comparisonWindows, defineSchedule, firesBetween, proveSchedule, type Zone } from '@rota/core';
import { sampleHorizon } from '@rota/core/testing';
import { sampleSize } from '@rota/test-support';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CalendarInterval } from './calendar-interval.ts';
import { intervalStarts } from './interval-starts.ts';
import { translateSchedule } from './translate-schedule.ts';

const zoneOf = (name: string): Zone => defineSchedule('* * * * *', name).zone;
const translate = (expression: string, zone = 'UTC', machine = zone) =>
  translateSchedule(defineSchedule(expression, zone), zoneOf(machine), sampleHorizon);
const prove = (expression: string, zone = 'UTC', machine = zone) => {
  const intervals = translate(expression, zone, machine);
  const native = {
    entries: [],
    firesBetween: (from: number, to: number) => intervalStarts(intervals, zoneOf(machine), from, to),
  };
  return proveSchedule(defineSchedule(expression, zone), native, sampleHorizon, [zoneOf(machine)]).fidelity;
};

test.each<[string, readonly CalendarInterval[]]>([
  ['* * * * *', [{}]],
  ['30 2 * * *', [{ Hour: 2, Minute: 30 }]],
  ['0,30 * * * *', [{ Minute: 0 }, { Minute: 30 }]],
  ['5 4 * * 7', [{ Weekday: 0, Hour: 4, Minute: 5 }]],
  [
    '0 0 1 * 1',
    [
      { Day: 1, Hour: 0, Minute: 0 },
      { Weekday: 1, Hour: 0, Minute: 0 },
    ],
  ],
  ['0 12 29 2 *', [{ Month: 2, Day: 29, Hour: 12, Minute: 0 }]],
  ['0 0 1-31 * 1', [{ Hour: 0, Minute: 0 }]],
])('%s', (expression, intervals) => {
  expect(translate(expression)).toEqual(intervals);
  expect(prove(expression)).toBe('exact');
});

// What launchd cannot say in one dictionary starts more often, and the runner filters it.
test.each([['0 0 */2 * 1'], ['0 9 * 6 1-5'], ['*/7 9-17 */2 * *']])('%s is gated', (expression) => {
  expect(prove(expression)).toBe('gated');
});

test('a fire at the end of a spring gap has an interval for its date', () => {
  const intervals = translate('30 2 * * *', 'America/New_York');
  expect(intervals[0]).toEqual({ Hour: 2, Minute: 30 });
  expect(intervals.slice(1)).toContainEqual({ Month: 3, Day: 8, Hour: 3, Minute: 0 });
  // Every date that the second Sunday of March has in ten years.
  expect(intervals.slice(1).length).toBeLessThanOrEqual(7);
  expect(prove('30 2 * * *', 'America/New_York')).toBe('gated');
  expect(prove('30 4 * * *', 'America/New_York')).toBe('exact');
});

test('no schedule in no zone loses a fire, and the intervals stay few', () => {
  const field = (from: number, to: number) =>
    fc.oneof(
      fc.constant('*'),
      fc.integer({ min: from, max: to }).map(String),
      fc.integer({ min: 2, max: 9 }).map((n) => `*/${n}`),
      fc
        .tuple(fc.integer({ min: from, max: to }), fc.integer({ min: from, max: to }))
        .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    );
  const zones = ['UTC', 'America/New_York', 'Europe/London', 'Asia/Kolkata', 'Australia/Lord_Howe', 'America/Santiago'];
  const expressions = fc
    .tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6))
    .map((fields) => fields.join(' '));
  fc.assert(
    fc.property(expressions, fc.constantFrom(...zones), fc.constantFrom(...zones), (expression, zone, machine) => {
      const declared = defineSchedule(expression, zone);
      const intervals = translateSchedule(declared, zoneOf(machine), sampleHorizon);
      expect(intervals.length).toBeLessThan(1000);
      for (const { from, to } of comparisonWindows([declared.zone, zoneOf(machine)], { fromYear: 2027, toYear: 2027 })) {
        const starts = new Set(intervalStarts(intervals, zoneOf(machine), from, to));
        expect(firesBetween(declared, from, to).filter((fire) => !starts.has(fire))).toEqual([]);
      }
    }),
    { numRuns: sampleSize({ here: 15, inCi: 20, long: 300 }), seed: 20261121 },
  );
});

test('starts are those of a clock that is read minute by minute', () => {
  const zone = zoneOf('Europe/London');
  const intervals: CalendarInterval[] = [
    { Weekday: 0, Hour: 1, Minute: 30 },
    { Day: 25, Minute: 15 },
    { Month: 10, Hour: 1, Minute: 59 },
  ];
  const [from, to] = [Date.UTC(2026, 9, 23) / 1000, Date.UTC(2026, 9, 28) / 1000];
  const seen: number[] = [];
  for (let at = from; at < to; at += 60) {
    const wall = new Date((at + zone.offsetAt(at)) * 1000);
    const shows: Record<string, number> = {
      Month: wall.getUTCMonth() + 1,
      Day: wall.getUTCDate(),
      Weekday: wall.getUTCDay(),
      Hour: wall.getUTCHours(),
      Minute: wall.getUTCMinutes(),
    };
    if (intervals.some((interval) => Object.entries(interval).every(([key, value]) => shows[key] === value))) seen.push(at);
  }
  expect(intervalStarts(intervals, zone, from, to)).toEqual(seen);
  expect(seen.length).toBeGreaterThan(20);
});
