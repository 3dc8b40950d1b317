import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createHost } from '../host/create-host.ts';
import { bareJob } from '../job/bare-job.ts';
import type { PlannedEntry } from '../plan/plan.ts';
import { defineSchedule } from '../schedule/schedule.ts';
import { loadZone } from '../schedule/zone/load-zone.ts';
import { quietMoment, secondsToQuiet, waitForQuiet } from './wait-for-quiet.ts';

const schedules = (...expressions: readonly string[]) =>
  expressions.map((expression) => defineSchedule(expression, loadZone('UTC')));
const at = (time: string): number => Date.parse(`2026-11-21T${time}Z`) / 1000;

describe('the moment at which jobs change hands', () => {
  test('is now when nothing is near', () =>
    expect(quietMoment(schedules('0 6 * * *', '0 7 * * *'), at('05:30:00'))).toBe(at('05:30:00')));
  test('is two minutes after a fire time that was near', () => {
    expect(quietMoment(schedules('0 6 * * *'), at('05:59:00'))).toBe(at('06:02:00'));
  });
  test('lies in the middle third of a minute for what fires each minute', () => {
    expect(quietMoment(schedules('* * * * *'), at('05:59:50'))).toBe(at('06:00:20'));
  });
  test('is found with a smaller margin where many jobs leave no two minutes', () => {
    const crowd = schedules(...Array.from({ length: 30 }, (_, index) => `${index * 2} * * * *`));
    const moment = quietMoment(crowd, at('05:59:00'));
    expect(moment - at('05:59:00')).toBeLessThan(120);
    for (const schedule of crowd) expect(secondsToQuiet(schedule, moment, 60)).toBe(0);
  });

  test('always comes soon, and keeps five seconds from every fire time', () => {
    const expression = fc
      .tuple(fc.integer({ min: 0, max: 59 }), fc.constantFrom('*', '*/2', '6'))
      .map(([minute, hour]) => `${minute} ${hour} * * *`);
    fc.assert(
      fc.property(
        fc.array(expression, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 0, max: 86_399 }),
        (expressions, second) => {
          const all = schedules(...expressions);
          const now = at('00:00:00') + second;
          const moment = quietMoment(all, now);
          expect(moment - now).toBeLessThanOrEqual(1800 + 240);
          for (const schedule of all) expect(secondsToQuiet(schedule, moment, 5)).toBe(0);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('comes by the clock as it is then, where that is set while it is waited for', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: -200_000, max: 200_000 }), { maxLength: 3 }), async (jumps) => {
        let now = at('05:59:00');
        let left = jumps;
        const host = {
          ...createHost({ timezone: 'UTC' }),
          now: () => now * 1000,
          sleep: async (ms: number) => {
            now += ms / 1000 + (left[0] ?? 0);
            left = left.slice(1);
          },
        };
        const job = { ...bareJob('0 6 * * *', 'UTC'), name: 'a' };
        const change = { tenant: job.tenant, name: job.name, action: 'move', backend: 'one', fidelity: null } as const;
        const changes = [{ ...change, features: {}, reasons: [], before: null, after: null, differences: [] }];
        const entry = { tenant: job.tenant, name: job.name, job } as PlannedEntry;
        expect(await waitForQuiet(host, changes, [entry], undefined)).toBe(true);
        expect(secondsToQuiet(defineSchedule('0 6 * * *', loadZone('UTC')), now)).toBe(0);
      }),
      { numRuns: 100 },
    );
  });
});
