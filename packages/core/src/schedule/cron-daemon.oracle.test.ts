import { commandPart, cronPart, requirePart, rootPart, sampleSize, testSeed as seed } from '@rota/test-support';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { vixieCron } from '../../../../scripts/oracles/vixie-cron.ts';
import { cronExpressionArbitrary } from './cron-expression.arbitrary.ts';
import { daemonDifferences } from './daemon-differences.test-support.ts';
import { comparisonWindows } from './proof/comparison-windows.ts';
import { loadZone } from './zone/load-zone.ts';

const full = process.env.ROTA_ORACLES === '1';

/** Issue 3 names the first eight; the rest have other hours of change, or none. */
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

/** Moves of the past that no rule of today has: [zone, instant in it], three days on both sides are compared. */
const odd: readonly (readonly [string, string])[] = [
  ['Asia/Pyongyang', '2015-08-14'], // back 30 minutes, no daylight saving
  ['Asia/Pyongyang', '2018-05-04'], // forward 30 minutes
  ['America/Caracas', '2007-12-09'], // back 30 minutes
  ['America/Caracas', '2016-05-01'],
  ['Asia/Kathmandu', '1985-12-31'], // forward 15 minutes
  ['Antarctica/Casey', '2009-10-17'], // forward 3 hours: a change of the clock
  ['Antarctica/Casey', '2010-03-04'], // back exactly 3 hours: the daemon still suppresses
  ['Antarctica/Troll', '2026-03-29'], // forward 2 hours
  ['Antarctica/Troll', '2026-10-25'],
  ['Pacific/Apia', '2011-12-30'], // a day left out
  ['Pacific/Kwajalein', '1993-08-21'],
  ['America/St_Johns', '2006-04-02'], // the gap begins at 00:01
  ['Africa/Casablanca', '2026-02-15'], // Ramadan
  ['Africa/Casablanca', '2026-03-22'],
  ['Africa/Sao_Tome', '2018-01-01'],
  ['Europe/Volgograd', '2018-10-28'],
];

const day = 86_400;
const midnight = (date: string): number => Date.parse(`${date}T00:00:00Z`) / 1000;

const needsDaemon = requirePart(cronPart, rootPart, commandPart('cc', 'gcc libc6-dev'));

needsDaemon(`Debian's cron daemon under a virtual clock (seed ${seed})`, () => {
  const perZone = full ? 1250 : sampleSize({ here: 60, inCi: 100 });
  for (const [number, zone] of zones.entries()) {
    test(`starts ${perZone} random expressions in ${zone} when we say`, { timeout: full ? 1_800_000 : 300_000 }, async () => {
      const expressions = fc.sample(cronExpressionArbitrary(), { numRuns: perZone, seed: seed + number });
      const windows = full
        ? comparisonWindows([loadZone(zone)], { fromYear: 2026, toYear: 2028 })
        : comparisonWindows([loadZone(zone)], { fromYear: 2026, toYear: 2027 }).flatMap(({ from, to }) =>
            // The year without its quiet stretches.
            to - from < 30 * day
              ? [{ from, to }]
              : loadZone(zone)
                  .changesBetween(from, to)
                  .map(({ at }) => ({ from: at - 3 * day, to: at + 3 * day })),
          );
      let total = 0;
      for (const { from, to } of windows) {
        const { starts, differences } = await daemonDifferences({ zone, expressions, from, to });
        expect(differences).toEqual([]);
        total += starts;
      }
      expect(total).toBeGreaterThan(0);
      if (full) console.info(`${zone}: ${perZone} expressions, ${total} starts, seed ${seed + number}, no difference`);
    });
  }

  test('agrees with us about moves that no rule of today has', { timeout: 300_000 }, async () => {
    const expressions = fc.sample(cronExpressionArbitrary(), {
      numRuns: full ? 1000 : sampleSize({ here: 60, inCi: 100 }),
      seed: seed + 100,
    });
    for (const [zone, date] of odd) {
      const at = midnight(date);
      expect(loadZone(zone).changesBetween(at - 3 * day, at + 3 * day)).not.toEqual([]);
      const comparison = { zone, expressions: [...expressions, ...dense], from: at - 3 * day, to: at + 3 * day };
      expect((await daemonDifferences(comparison)).differences).toEqual([]);
    }
  });

  test('answers the same when it forks for every start', async () => {
    const at = midnight('2026-03-08');
    const expressions = fc.sample(cronExpressionArbitrary(), { numRuns: 15, seed: seed + 200 });
    const comparison = { zone: 'America/New_York', expressions, from: at - day, to: at + day, fork: true };
    expect((await daemonDifferences(comparison)).differences).toEqual([]);
  });

  test('is late by 10 s for every missed minute with jobs, and by nothing else', async () => {
    const expressions = ['30 2 * * *', '15 1-3 * * *', '*/20 * * * *', '10,50 2 * * *'];
    const jump = Date.parse('2026-03-08T07:00:00Z') / 1000;
    const late: number[] = [];
    const onStart = (at: number): void => {
      if (at >= jump && at < jump + 600) late.push(at - jump);
    };
    await vixieCron({ zone: 'America/New_York', expressions, from: jump - day, to: jump + day, pauses: true, onStart });
    // 02:10, 02:15, 02:30 and 02:50 were missed; the wildcard job comes first. The daemon wakes a second after the minute.
    expect(late).toEqual([1, 11, 21, 31, 41]);
  });
});

/** Every kind of job that a jump treats in its own way. */
const dense = [
  '*/10 * * * *',
  '0-59/10 * * * *',
  '0-59/10 0-23 * * *',
  '*/10 0-23 * * *',
  '0,30 1,2,3 * * *',
  '@hourly',
  '@daily',
  '@weekly',
];
