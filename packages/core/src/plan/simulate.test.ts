import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fireTimes } from '../schedule/fire-times.ts';
import { defineSchedule } from '../schedule/schedule.ts';
import { simulate } from './simulate.ts';

const at = (text: string): number => Date.parse(text) / 1000;
const job = (name: string, expression: string, zone = 'UTC', usualSeconds?: number) => ({
  tenant: 'acme',
  name,
  schedule: defineSchedule(expression, zone),
  ...(usualSeconds === undefined ? {} : { usualSeconds }),
});
const day = { from: at('2026-05-04T00:00:00Z'), to: at('2026-05-05T00:00:00Z') };

describe('simulate', () => {
  test('counts the starts of each job and of each hour', () => {
    const result = simulate({ jobs: [job('quarter', '*/15 * * * *'), job('night', '0 2 * * *')], ...day });
    expect(result.starts).toBe(97);
    expect(result.jobs.map(({ name, starts }) => [name, starts])).toEqual([
      ['quarter', 96],
      ['night', 1],
    ]);
    expect(result.load).toHaveLength(24);
    expect(result.busiest).toEqual({ hour: at('2026-05-04T02:00:00Z'), starts: 5 });
  });

  test('names the jobs that start in the same minute, how often and when first', () => {
    const jobs = [job('a', '0 * * * *'), job('b', '0 */2 * * *'), job('c', '30 * * * *')];
    const { collisions, collidingMinutes } = simulate({ jobs, ...day });
    expect(collidingMinutes).toBe(12);
    expect(collisions).toEqual([
      {
        jobs: [
          { tenant: 'acme', name: 'a' },
          { tenant: 'acme', name: 'b' },
        ],
        times: 12,
        first: day.from,
      },
    ]);
  });

  test('lists no more than the limit, and counts all', () => {
    const [quarter] = simulate({ jobs: [job('quarter', '*/15 * * * *')], ...day, limit: 3 }).jobs;
    expect(quarter?.starts).toBe(96);
    expect(quarter?.fireTimes).toEqual([day.from, day.from + 900, day.from + 1800]);
  });

  test('shows what the spring gap of New York does: one fire at the jump, one pass of the wildcard job lost', () => {
    const jobs = [
      job('fixed', '30 2 * * *', 'America/New_York'),
      job('wild', '*/30 * * * *', 'America/New_York'),
      job('noon', '0 12 * * *', 'America/New_York'),
      job('utc', '30 2 * * *'),
    ];
    const { clockChanges } = simulate({ jobs, from: at('2026-03-01T00:00:00Z'), to: at('2026-03-15T00:00:00Z') });
    expect(clockChanges).toEqual([
      {
        timezone: 'America/New_York',
        at: at('2026-03-08T07:00:00Z'),
        offsetBefore: -18_000,
        offsetAfter: -14_400,
        jobs: [
          { tenant: 'acme', name: 'fixed', starts: 1, usualStarts: 1, atTheJump: true },
          { tenant: 'acme', name: 'wild', starts: 46, usualStarts: 48, atTheJump: false },
        ],
      },
    ]);
  });

  test('shows the repeated hour of autumn: the wildcard job runs in both passes, the fixed one once', () => {
    const jobs = [job('fixed', '30 1 * * *', 'America/New_York'), job('wild', '*/30 * * * *', 'America/New_York')];
    const { clockChanges } = simulate({ jobs, from: at('2026-10-30T00:00:00Z'), to: at('2026-11-03T00:00:00Z') });
    expect(clockChanges.map((change) => change.jobs)).toEqual([
      [{ tenant: 'acme', name: 'wild', starts: 50, usualStarts: 48, atTheJump: false }],
    ]);
  });

  test('names jobs that are due again before they usually end', () => {
    const { overruns } = simulate({
      jobs: [job('slow', '*/5 * * * *', 'UTC', 400), job('fast', '*/5 * * * *', 'UTC', 20)],
      ...day,
    });
    expect(overruns).toEqual([{ tenant: 'acme', name: 'slow', times: 287, first: day.from, usualSeconds: 400 }]);
  });

  test('proposes offsets for several hosts that differ, fit the window and stay the same', () => {
    const input = { jobs: [job('a', '0 2 * * *'), job('b', '*/10 * * * *')], ...day, hosts: ['w3', 'w1', 'w2'] };
    const [a, b] = simulate(input).stagger;
    expect(a?.windowSeconds).toBe(3600);
    expect(a?.hosts.map(({ host }) => host)).toEqual(['w1', 'w2', 'w3']);
    expect([...(a?.hosts ?? [])].map(({ offsetSeconds }) => offsetSeconds).sort((x, y) => x - y)).toEqual([0, 1200, 2400]);
    expect(b?.windowSeconds).toBe(300);
    expect(simulate({ ...input, hosts: ['w1', 'w2', 'w3', 'w3'] }).stagger).toEqual([a, b]);
    expect(simulate({ ...input, hosts: ['only'] }).stagger).toEqual([]);
  });

  test('the load of all hours adds up to the starts, and the starts are the fire times', () => {
    const field = (low: number, high: number) => fc.oneof(fc.constant('*'), fc.integer({ min: low, max: high }).map(String));
    const expression = fc.tuple(field(0, 59), field(0, 23), field(1, 28)).map(([m, h, d]) => `${m} ${h} ${d} * *`);
    const zone = fc.constantFrom('UTC', 'America/New_York', 'Australia/Lord_Howe');
    fc.assert(
      fc.property(fc.array(fc.tuple(expression, zone), { maxLength: 5 }), fc.integer({ min: 0, max: 300 }), (specs, days) => {
        const from = at('2026-01-01T00:00:00Z') + days * 86_400;
        const to = from + 7 * 86_400;
        const jobs = specs.map(([text, name], index) => job(`j${index}`, text, name));
        const result = simulate({ jobs, from, to });
        const expected = jobs.map(({ schedule }) => [...fireTimes(schedule, { after: from - 1, until: to })].length);
        expect(result.jobs.map(({ starts }) => starts)).toEqual(expected);
        expect(result.load.reduce((sum, { starts }) => sum + starts, 0)).toBe(result.starts);
      }),
      { numRuns: 50 },
    );
  });
});
