import { defineSchedule, firesBetween, horizonWindow, loadZone, proveSchedule } from '@rota/core';
import { sampleSize } from '@rota/test-support';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cronDialects } from '../dialect.ts';
import { cronExpression } from './random-expression.test-support.ts';
import { translate } from './translate.ts';

const horizon = { fromYear: 2026, toYear: 2035 };
const zones = [
  'UTC',
  'America/New_York',
  'Europe/London',
  'Europe/Paris',
  'Australia/Lord_Howe',
  'America/Santiago',
  'Africa/Cairo',
  'Pacific/Chatham',
  'Asia/Kolkata',
];
const zone = fc.constantFrom(...zones);
const runs = sampleSize({ here: 50, inCi: 75, long: 5000 });
const timeoutMs = process.env.ROTA_LONG ? 1_200_000 : 300_000;

describe.each(cronDialects)('on %s', (dialect) => {
  it(
    'no declared fire time is lost, and what is called exact is',
    () => {
      fc.assert(
        fc.property(cronExpression, zone, zone, (expression, jobZone, systemZone) => {
          const declared = defineSchedule(expression, jobZone);
          const translation = translate(declared, dialect, loadZone(systemZone), horizon);
          const proof = proveSchedule(declared, translation.native, horizon);
          expect(proof.missing, translation.native.entries.join('\n')).toEqual([]);
          expect(proof.fidelity === 'exact').toBe(!translation.gated || proof.extraCount === 0);
          if (!translation.gated) expect(proof.extra).toEqual([]);
        }),
        { numRuns: runs },
      );
    },
    timeoutMs,
  );

  it(
    'a machine in the zone of the job needs no gate where the daemon follows it',
    () => {
      if (dialect === 'busybox') return;
      fc.assert(
        fc.property(cronExpression, zone, (expression, name) => {
          const translation = translate(defineSchedule(expression, name), dialect, loadZone(name), horizon);
          expect(translation.gated).toBe(false);
        }),
        { numRuns: runs },
      );
    },
    timeoutMs,
  );
});

describe('a gate', () => {
  it('of a daily job starts at most 24 times a day', () => {
    fc.assert(
      fc.property(
        fc.nat(59),
        fc.nat(23),
        zone,
        zone,
        fc.constantFrom(...cronDialects),
        (minute, hour, jobZone, systemZone, dialect) => {
          const declared = defineSchedule(`${minute} ${hour} * * *`, jobZone);
          const { native } = translate(declared, dialect, loadZone(systemZone), horizon);
          const { from, to } = horizonWindow(horizon);
          expect(native.firesBetween(from, to).length / firesBetween(declared, from, to).length).toBeLessThanOrEqual(24);
        },
      ),
      { numRuns: 100 },
    );
  });

  // One line for all months would start these 11 to 24 times for each fire.
  it.each([
    ['debian', '57,1-51,7-18 */10,4,6 29 */6 4', 'Australia/Lord_Howe', 'Pacific/Chatham'],
    ['cronie', '*/6,23-43 14,3 5,13-22/1 2 2', 'Europe/London', 'Australia/Lord_Howe'],
    ['busybox', '24,10-10/2 */10 3-3 5,2 */6', 'America/Santiago', 'Europe/Paris'],
    ['busybox', '34-55 5 */17,2 12 1-1,0-0', 'Australia/Lord_Howe', 'Pacific/Chatham'],
    ['busybox', '51 3 */6 1-10/2,3,3-9 1', 'Europe/London', 'Africa/Cairo'],
  ] as const)('on %s starts at most ten times for each fire: %s of %s in %s', (dialect, expression, jobZone, systemZone) => {
    const declared = defineSchedule(expression, jobZone);
    const { native } = translate(declared, dialect, loadZone(systemZone), horizon);
    const { from, to } = horizonWindow(horizon);
    expect(native.firesBetween(from, to).length / firesBetween(declared, from, to).length).toBeLessThanOrEqual(10);
  });
});
