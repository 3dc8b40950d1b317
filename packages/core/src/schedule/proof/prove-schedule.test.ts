import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firesBetween } from '../fires-between.ts';
import { defineSchedule } from '../schedule.ts';
import { loadZone } from '../zone/load-zone.ts';
import { comparisonWindows } from './comparison-windows.ts';
import { freshHorizon, HORIZON_YEARS, horizonIsStale } from './horizon.ts';
import type { NativeSchedule } from './native-schedule.ts';
import { proofSampleSize, proveSchedule } from './prove-schedule.ts';
import { smallestGap } from './smallest-gap.ts';

const horizon = { fromYear: 2026, toYear: 2035 };
const seconds = (iso: string): number => Date.parse(iso) / 1000;

/** A scheduler that follows another expression. */
function following(expression: string, zone: string): NativeSchedule {
  const schedule = defineSchedule(expression, zone);
  return { entries: [expression], firesBetween: (from, to) => firesBetween(schedule, from, to) };
}

describe('a proof', () => {
  test('is exact when the fires are equal, sparse or dense', () => {
    for (const [expression, same] of [
      ['0 0 * * 0', '@weekly'],
      ['*/5 * * * *', '*/5 */1 * * *'],
      ['0 4 29 2 *', '0 4 29 2 *'],
    ] as const) {
      const proof = proveSchedule(defineSchedule(expression, 'Europe/London'), following(same, 'Europe/London'), horizon);
      expect(proof).toMatchObject({ fidelity: 'exact', missingCount: 0, extraCount: 0, nativePerFire: 1 });
      expect(proof.declaredCount).toBeGreaterThan(0);
    }
  });

  test('is refused when declared fires are missing, and names them', () => {
    const proof = proveSchedule(defineSchedule('0 0 13 * 5', 'UTC'), following('0 0 13 * *', 'UTC'), horizon);
    expect(proof.fidelity).toBe('refused');
    expect(proof.missing).toHaveLength(proofSampleSize);
    expect(proof.missing[0]).toBe(seconds('2026-01-02T00:00:00Z'));
    expect(proof.missingCount).toBe(522 - 17);
  });

  test('is gated when the native schedule starts more often, and says how often', () => {
    const proof = proveSchedule(defineSchedule('30 4 * * *', 'Asia/Kolkata'), following('0 * * * *', 'UTC'), horizon);
    expect(proof).toMatchObject({ fidelity: 'gated', missingCount: 0 });
    expect(proof.nativePerFire).toBeCloseTo(24, 1);
    expect(proof.nativePerDay).toBeCloseTo(24, 5);
  });

  test('finds a single missing hour of daylight saving in the last year of a dense schedule', () => {
    const declared = defineSchedule('*/10 * * * *', 'Europe/London');
    const gap = seconds('2035-10-28T01:00:00Z');
    const native: NativeSchedule = {
      entries: [],
      firesBetween: (from, to) => firesBetween(declared, from, to).filter((at) => at < gap || at >= gap + 3600),
    };
    expect(proveSchedule(declared, native, horizon)).toMatchObject({ fidelity: 'refused', missingCount: 6 });
  });

  test('finds any one fire that is missing or too many, wherever a sparse schedule has it', () => {
    const declared = defineSchedule('0 */6 * * *', 'America/New_York');
    const all = firesBetween(declared, seconds('2026-01-01T00:00:00Z'), seconds('2036-01-01T00:00:00Z'));
    fc.assert(
      fc.property(fc.nat(all.length - 1), fc.boolean(), (index, extra) => {
        const changed = extra
          ? [...all.slice(0, index + 1), (all[index] ?? 0) + 60, ...all.slice(index + 1)]
          : all.toSpliced(index, 1);
        const native = { entries: [], firesBetween: (from: number, to: number) => changed.filter((at) => at >= from && at < to) };
        const proof = proveSchedule(declared, native, horizon);
        expect(proof.compared.whole).toBe(true);
        if (extra) expect(proof).toMatchObject({ fidelity: 'gated', extraCount: 1, extra: [(all[index] ?? 0) + 60] });
        else expect(proof).toMatchObject({ fidelity: 'refused', missingCount: 1, missing: [all[index]] });
      }),
      { numRuns: 50 },
    );
  });

  test('tells one zone from another that differs only in summer', () => {
    const proof = proveSchedule(defineSchedule('0 12 * * *', 'Europe/London'), following('0 12 * * *', 'UTC'), horizon);
    expect(proof.fidelity).toBe('refused');
    expect(proof.missing[0]).toBe(seconds('2026-03-29T11:00:00Z'));
  });
});

describe('the windows of a comparison', () => {
  const zone = loadZone('America/Santiago');
  const windows = comparisonWindows([zone], horizon);

  test('hold the first year, and three days on both sides of every change', () => {
    expect(windows[0]).toMatchObject({ from: seconds('2026-01-01T00:00:00Z') });
    expect((windows[0]?.to ?? 0) - (windows[0]?.from ?? 0)).toBeGreaterThanOrEqual(365 * 86_400);
    const changes = zone.changesBetween(seconds('2026-01-01T00:00:00Z'), seconds('2036-01-01T00:00:00Z'));
    expect(changes).toHaveLength(20);
    for (const { at } of changes) {
      expect(windows.some(({ from, to }) => from <= at - 3 * 86_400 && to >= at + 3 * 86_400)).toBe(true);
    }
  });

  test('are in order, apart, and within the horizon', () => {
    for (const [index, { from, to }] of windows.entries()) {
      expect(from).toBeLessThan(to);
      expect(from).toBeGreaterThan(windows[index - 1]?.to ?? 0);
    }
    expect(windows.at(-1)?.to).toBeLessThanOrEqual(seconds('2036-01-01T00:00:00Z'));
  });
});

describe('a horizon', () => {
  test('is this year and the next ones, and stale when half of it is used up', () => {
    const made = freshHorizon(seconds('2026-11-21T00:00:00Z'));
    expect(made).toEqual({ fromYear: 2026, toYear: 2026 + HORIZON_YEARS - 1 });
    expect(horizonIsStale(made, seconds('2026-11-21T00:00:00Z'))).toBe(false);
    expect(horizonIsStale(made, seconds('2030-12-31T23:59:59Z'))).toBe(false);
    expect(horizonIsStale(made, seconds('2031-01-01T00:00:00Z'))).toBe(true);
    expect(horizonIsStale(made, seconds('2025-12-31T23:59:59Z'))).toBe(true);
  });

  test('does not reach past 2099, and is then as fresh as it can be', () => {
    expect(freshHorizon(seconds('2095-06-01T00:00:00Z'))).toEqual({ fromYear: 2095, toYear: 2099 });
    expect(horizonIsStale({ fromYear: 2095, toYear: 2099 }, seconds('2099-12-01T00:00:00Z'))).toBe(false);
  });
});

describe('the smallest gap', () => {
  test.each([
    ['* * * * *', 'UTC', 60],
    ['*/7 * * * *', 'UTC', 240],
    ['30 2 * * *', 'UTC', 86_400],
    ['30 2 * * *', 'Asia/Kolkata', 86_400],
    // At the jump of spring and a quarter of an hour later.
    ['15 1-3 * * *', 'America/New_York', 900],
    ['0 0 1 * *', 'UTC', 28 * 86_400],
  ])('of %s in %s is %i s', (expression, zone, gap) => {
    expect(smallestGap(defineSchedule(expression, zone), horizon)).toBe(gap);
  });

  test('is infinite when there are not two fires', () => {
    expect(smallestGap(defineSchedule('0 0 29 2 *', 'UTC'), { fromYear: 2026, toYear: 2030 })).toBe(Number.POSITIVE_INFINITY);
  });
});
