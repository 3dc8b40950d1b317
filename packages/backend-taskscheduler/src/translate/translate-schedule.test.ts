import { defineSchedule, firesBetween, loadZone, type NativeSchedule, type Proof, proveSchedule, type Zone } from '@rota/core';
import { sampleSize } from '@rota/test-support';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cronExpressionArbitrary } from '../../../core/src/schedule/cron-expression.arbitrary.ts';
import { compile } from '../compile.ts';
import { compileInput, horizon } from '../job.fixture.ts';
import { bruteForce, readByHand, worlds } from '../simulate/brute-force.fixture.ts';
import { isExpression } from '../testing/is-expression.fixture.ts';

const zones = [
  'America/New_York',
  'Europe/London',
  'Australia/Lord_Howe',
  'America/Santiago',
  'Africa/Cairo',
  'Pacific/Chatham',
  'Asia/Kolkata',
  'UTC',
];
const day = 86_400;
const start = Date.UTC(horizon.fromYear, 0, 1) / 1000;
const end = Date.UTC(horizon.toYear + 1, 0, 1) / 1000;
const [firstWorld] = worlds;

function translate(
  expression: string,
  timezone: string,
  machine: string,
): { xml: string; native: NativeSchedule; proof: Proof; triggers: number } {
  const input = compileInput({ trigger: { kind: 'schedule', expression, timezone } }, {}, machine);
  const { artifact, native } = compile(input);
  if (native === undefined || input.schedule === undefined) throw new Error('a schedule has a native schedule');
  const proof = proveSchedule(input.schedule.declared, native, horizon, [input.schedule.systemZone]);
  return { xml: artifact.files[0]?.content ?? '', native, proof, triggers: native.entries.length };
}

describe('schedules of everyday', () => {
  test.each([
    ['* * * * *', 'UTC', 'Europe/Paris', 1, 'exact'],
    ['*/5 * * * *', 'Europe/Paris', 'Europe/Paris', 1, 'exact'],
    ['*/5 * * * *', 'America/New_York', 'Asia/Tokyo', 1, 'exact'],
    // A step restarts in each hour: nine minutes, each of them every hour, not one repetition of seven minutes.
    ['*/7 * * * *', 'Europe/Paris', 'Europe/Paris', 9, 'exact'],
    ['0 4 * * *', 'Europe/Paris', 'Europe/Paris', 1, 'exact'],
    ['0 */5 * * *', 'Europe/Paris', 'Europe/Paris', 5, 'exact'],
    ['*/15 9-17 * * 1-5', 'Europe/Paris', 'Europe/Paris', 36, 'exact'],
    ['0 4 8-14 * */2', 'UTC', 'UTC', 1, 'exact'],
    ['0 4 1-7 * 1', 'UTC', 'UTC', 2, 'exact'],
    ['0 0 31 2 1', 'UTC', 'UTC', 1, 'exact'],
    ['0 2 * * *', 'UTC', 'America/New_York', 1, 'exact'],
    ['0 12 * * 1', 'UTC', 'America/New_York', 1, 'exact'],
    // In the hour that New York skips, and not in the one that it repeats: documented for a weekly trigger.
    ['30 2 * * *', 'America/New_York', 'America/New_York', 1, 'exact'],
    // Paris repeats that hour too: gated, with the first of the two as a fixed instant in each of ten years.
    ['30 2 * * *', 'Europe/Paris', 'Europe/Paris', 11, 'gated'],
    // A Friday the 13th has two triggers at one instant.
    ['0 0 13 * 5', 'UTC', 'UTC', 2, 'gated'],
    // As dense as this it is compared in parts, and the two meet in 2027 first, on a Tuesday.
    ['0-3,4 0 5 1 0,2,4,6', 'America/New_York', 'America/New_York', 10, 'gated'],
    // The 10th is on one of these weekdays in all of 2026, and not in 2027.
    ['* * 10 */8 */2', 'America/New_York', 'America/New_York', 4, 'gated'],
    // The hour before midnight comes twice in Santiago: the last of a day's repetitions has two readings.
    ['0-3,5 * * 1-4 *', 'America/Santiago', 'America/Santiago', 19, 'gated'],
    ['0 0 */2 * 1', 'Europe/Paris', 'Europe/Paris', 1, 'gated'],
    // 02:00 UTC on Monday is Sunday in New York: by which of them a weekly trigger in UTC counts is not documented.
    ['0 2 * * 1', 'UTC', 'America/New_York', 1, 'gated'],
    ['30 2 * * *', 'America/New_York', 'Europe/Paris', 12, 'gated'],
    ['7,11,13,22,25,38,44,51 1,4,8,9,12,20,22 * * *', 'UTC', 'UTC', 23, 'exact'],
  ] as const)('%s in %s on a machine in %s: %i triggers, %s', (expression, timezone, machine, triggers, fidelity) => {
    const found = translate(expression, timezone, machine);
    expect([found.triggers, found.proof.fidelity]).toEqual([triggers, fidelity]);
  });
});

test('repetitions whose step does not divide the day reach its last start', () => {
  const [expression, utc] = ['0-11,13 0,9,10,18 * * *', loadZone('UTC')];
  const { xml, proof } = translate(expression, 'UTC', 'UTC');
  expect(xml).toContain('<Interval>PT8H54M</Interval>');
  compareInEveryWorld(xml, defineSchedule(expression, 'UTC'), utc, proof.fidelity === 'exact');
});

describe('random schedules', () => {
  const runs =
    process.env.ROTA_ORACLES === '1' ? Number(process.env.ROTA_ORACLE_RUNS ?? 10_000) : sampleSize({ here: 10, inCi: 25 });
  const counts = new Map<string, number>();
  const proofMs: number[] = [];
  const compileMs: number[] = [];
  const count = (key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);

  test('start at the declared times in every world that the documentation allows, or at more of them when gated', {
    timeout: 14_400_000,
  }, () => {
    const zone = fc.constantFrom(...zones);
    const machine = fc.oneof({ arbitrary: fc.constant(undefined), weight: 4 }, { arbitrary: zone, weight: 1 });
    fc.assert(
      fc.property(cronExpressionArbitrary().filter(isExpression), zone, machine, (expression, timezone, other) => {
        const systemZone = loadZone(other ?? timezone);
        const declared = defineSchedule(expression, timezone);
        const began = performance.now();
        const { xml, native, proof, triggers } = translate(expression, timezone, systemZone.name);
        const proving = performance.now();
        proveSchedule(declared, native, horizon, [systemZone]);
        proofMs.push(performance.now() - proving);
        compileMs.push(proving - began);
        expect(triggers).toBeLessThanOrEqual(48);
        expect(proof.fidelity).not.toBe('refused');
        const own = other === undefined || other === timezone;
        count(`${own ? 'own' : 'other'} zone: ${proof.fidelity}`);
        count(
          `${own ? 'own' : 'other'} zone: ${triggers === 1 ? '1 trigger' : triggers <= 12 ? '2-12 triggers' : '13-48 triggers'}`,
        );
        if (own && sameStarts(declared, native, systemZone))
          count('own zone: native (same instants away from changes of the clock)');
        compareInEveryWorld(xml, declared, systemZone, proof.fidelity === 'exact');
      }),
      { numRuns: runs },
    );
    const own = [...counts].filter(([key]) => /^own zone: (exact|gated)/.test(key)).reduce((sum, [, value]) => sum + value, 0);
    const native = counts.get('own zone: native (same instants away from changes of the clock)') ?? 0;
    console.log(
      [...counts]
        .sort()
        .map(([key, value]) => `${key}: ${value}`)
        .join('\n'),
    );
    console.log(
      `own zone: ${((native * 100) / own).toFixed(1)} % native; compile and prove ${median(compileMs)} ms, prove alone ${median(proofMs)} ms (medians)`,
    );
    if (runs >= 1000) expect(native / own).toBeGreaterThanOrEqual(0.9);
  });
});

test.each(['Europe/Berlin', 'America/New_York'].slice(0, sampleSize({ here: 1, inCi: 2 })))(
  'at least 90 of 100 random schedules are native in the own zone of a machine in %s',
  (zone) => {
    const expressions = fc.sample(cronExpressionArbitrary().filter(isExpression), { numRuns: 100, seed: 20261121 });
    const systemZone = loadZone(zone);
    const found = { native: 0, exact: 0, gated: 0 };
    for (const expression of expressions) {
      const { native, proof } = translate(expression, zone, zone);
      if (sameStarts(defineSchedule(expression, zone), native, systemZone)) found.native++;
      if (proof.fidelity === 'exact') found.exact++;
      else found.gated++;
    }
    console.log(`${zone}: ${JSON.stringify(found)}`);
    expect(found.native).toBeGreaterThanOrEqual(90);
    expect(found.exact + found.gated).toBe(100);
  },
);

function median(values: readonly number[]): string {
  return ([...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0).toFixed(1);
}

/** Whether the native instants are the declared ones on the days that no clock change touches; a second start at one instant aside. */
function sameStarts(declared: ReturnType<typeof defineSchedule>, native: NativeSchedule, zone: Zone): boolean {
  const touched = zone.changesBetween(start, start + 1465 * day).map(({ at }) => at);
  const away = (instant: number): boolean => touched.every((at) => Math.abs(instant - at) > 2 * day);
  const until = start + (process.env.ROTA_ORACLES === '1' ? 1461 : 366) * day;
  const wanted = firesBetween(declared, start, until).filter(away);
  const found = native.firesBetween(start, until).filter((instant) => instant % 60 === 0 && away(instant));
  return wanted.length === found.length && wanted.every((instant, index) => instant === found[index]);
}

function compareInEveryWorld(xml: string, declared: ReturnType<typeof defineSchedule>, zone: Zone, exact: boolean): void {
  if (firstWorld === undefined) throw new Error('there is a first world');
  const changes = [...zone.changesBetween(start, end), ...declared.zone.changesBetween(start, end)]
    .map(({ at }) => at)
    .sort((a, b) => a - b);
  const triggers = readByHand(xml);
  let done = start;
  for (const at of [...changes, Number.POSITIVE_INFINITY]) {
    // Between changes all worlds agree but for the days of triggers in UTC.
    for (const utcDays of ['utc', 'local'] as const) {
      if (utcDays === 'local' && !xml.includes(':00Z')) continue;
      const to = Math.min(at - 2 * day, end);
      if (done < to)
        compare(bruteForce(triggers, zone, { ...firstWorld, utcDays }, done, to), firesBetween(declared, done, to), exact);
    }
    const from = Math.max(at - 2 * day, done);
    const to = Math.min(at + 2 * day, end);
    if (from < to && to < Number.POSITIVE_INFINITY && at < end) {
      for (const world of worlds) compare(bruteForce(triggers, zone, world, from, to), firesBetween(declared, from, to), exact);
    }
    done = Math.max(done, to);
  }
}

function compare(starts: Float64Array, wanted: readonly number[], exact: boolean): void {
  let index = 0;
  for (const instant of wanted) {
    while (index < starts.length && (starts[index] ?? 0) < instant) index++;
    if (starts[index] !== instant) throw new Error(`no start at ${new Date(instant * 1000).toISOString()}`);
  }
  if (!exact) return;
  // Equal lengths also rule out a second start at one instant.
  if (starts.length !== wanted.length)
    throw new Error(
      `${starts.length} starts for ${wanted.length} fire times near ${new Date((wanted[0] ?? 0) * 1000).toISOString()}`,
    );
}
