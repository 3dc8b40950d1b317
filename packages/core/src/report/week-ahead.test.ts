import { expect, test } from 'vitest';
import { defineSchedule } from '../schedule/schedule.ts';
import { loadZone } from '../schedule/zone/load-zone.ts';
import { weekAhead } from './week-ahead.ts';

const job = (name: string, expression: string, timezone = 'UTC') => ({
  tenant: 'a',
  name,
  schedule: defineSchedule(expression, loadZone(timezone)),
});
const berlin = loadZone('Europe/Berlin');
const wednesday = Date.parse('2026-10-21T19:24:00Z') / 1000;

test('the week begins with the hour of now and has 168 hours; what is past of that hour is drawn and not announced', () => {
  const { week, jobs } = weekAhead([job('often', '*/20 * * * *')], wednesday, berlin);
  expect(week).toMatchObject({ from: '2026-10-21T19:00:00Z', to: '2026-10-28T19:00:00Z', starts: 504, collidingMinutes: 0 });
  const ahead = jobs.get('a/often');
  expect(ahead?.startsPerHour).toHaveLength(168);
  expect(ahead?.startsPerHour.every((starts) => starts === 3)).toBe(true);
  expect(ahead?.next.slice(0, 2)).toEqual(['2026-10-21T19:40:00Z', '2026-10-21T20:00:00Z']);
  expect(ahead?.collidingPerHour).toEqual([]);
});

test('jobs that share a minute collide, in each of them and in the sum, also across zones', () => {
  const { week, jobs } = weekAhead(
    [job('here', '0 4 * * *', 'Europe/Berlin'), job('there', '0 2 * * *'), job('apart', '1 2 * * *')],
    wednesday,
    berlin,
  );
  // Until the clock goes back, 04:00 in Berlin is 02:00 in UTC.
  expect(week.collidingMinutes).toBe(3);
  expect(jobs.get('a/here')).toMatchObject({ starts: 7, colliding: 3 });
  expect(jobs.get('a/there')).toMatchObject({ starts: 7, colliding: 3 });
  expect(jobs.get('a/apart')).toMatchObject({ starts: 7, colliding: 0, collidingPerHour: [] });
  expect(week.collidingPerHour.reduce((sum, count) => sum + count, 0)).toBe(6);
  expect(week.collisions).toEqual([
    {
      jobs: [
        { tenant: 'a', name: 'here' },
        { tenant: 'a', name: 'there' },
      ],
      jobCount: 2,
      times: 3,
      first: '2026-10-22T02:00:00Z',
    },
  ]);
});

test('clock changes of the zones of jobs and of the machine are told, with the jobs that they touch', () => {
  const { week } = weekAhead([job('wild', '*/30 * * * *', 'Europe/London')], wednesday, berlin);
  expect(week.clockChanges).toEqual([
    { timezone: 'Europe/Berlin', at: '2026-10-25T01:00:00Z', offsetBefore: 7200, offsetAfter: 3600, jobs: [] },
    {
      timezone: 'Europe/London',
      at: '2026-10-25T01:00:00Z',
      offsetBefore: 3600,
      offsetAfter: 0,
      jobs: [{ tenant: 'a', name: 'wild', starts: 50, usualStarts: 48, atTheJump: false }],
    },
  ]);
});

test('a week without jobs is empty, not absent', () => {
  const { week } = weekAhead([], wednesday, loadZone('UTC'));
  expect(week).toMatchObject({ starts: 0, collisions: [], clockChanges: [], busiest: null, overruns: [] });
  expect(week.startsPerHour).toHaveLength(168);
});
