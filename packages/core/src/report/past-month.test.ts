import { expect, test } from 'vitest';
import type { RunRecord, RunStatus } from '../run/record/run-record.ts';
import { loadZone } from '../schedule/zone/load-zone.ts';
import { monthStart, pastMonth } from './past-month.ts';

const berlin = loadZone('Europe/Berlin');
const now = Date.parse('2026-11-03T12:00:00Z') / 1000;

const run = (startedAt: string, status: RunStatus = 'success', durationMs = 1000, name = 'job'): RunRecord => ({
  tenant: 'a',
  name,
  runId: startedAt,
  scheduledAt: null,
  startedAt,
  endedAt: startedAt,
  status,
  exitCode: status === 'success' ? 0 : 1,
  signal: null,
  reason: null,
  durationMs,
  attempts: 1,
  trigger: 'schedule',
  backend: 'cron',
});
const keys = [{ tenant: 'a', name: 'job' }];

test('days are those of the machine, also across a change of its clock', () => {
  const { month, jobs } = pastMonth(
    keys,
    ['2026-11-03T00:30:00Z', '2026-11-02T23:30:00Z', '2026-11-02T22:30:00Z', '2026-10-24T22:30:00Z', '2026-10-24T21:30:00Z'].map(
      (at) => run(at),
    ),
    now,
    berlin,
  );
  expect(month.days).toHaveLength(30);
  expect([month.days[0], month.days.at(-1)]).toEqual(['2026-10-05', '2026-11-03']);
  const perDay = Object.fromEntries(
    month.days.map((day, index) => [day, jobs.get('a/job')?.okPerDay[index]]).filter(([, count]) => count !== 0),
  );
  expect(perDay).toEqual({ '2026-11-03': 2, '2026-11-02': 1, '2026-10-25': 1, '2026-10-24': 1 });
});

test('the month begins at a local midnight', () => {
  expect(new Date(monthStart(now, berlin) * 1000).toISOString()).toBe('2026-10-04T22:00:00.000Z');
});

test('runs are told by how they ended; skipped ones are no runs, and only good ones say how long a job takes', () => {
  const records = [
    run('2026-11-03T05:00:00Z', 'skipped', 0),
    run('2026-11-03T04:00:00Z', 'timeout', 60_000),
    run('2026-11-03T03:00:00Z', 'cancelled', 10),
    run('2026-11-03T02:00:00Z', 'success', 3000),
    run('2026-11-03T01:00:00Z', 'success', 1000),
    run('2026-11-03T00:00:00Z', 'success', 2000),
    run('2026-11-02T00:00:00Z', 'interrupted', 5),
  ];
  const { month, jobs, usualSeconds } = pastMonth(keys, records, now, berlin);
  expect(jobs.get('a/job')).toMatchObject({ runs: 6, failures: 2, skipped: 1, medianMs: 2000, p95Ms: 3000, longestMs: 3000 });
  expect(jobs.get('a/job')?.badPerDay.slice(-2)).toEqual([1, 1]);
  expect(jobs.get('a/job')?.medianPerDay.slice(-2)).toEqual([5, 2000]);
  expect(month.byStatus).toEqual({ success: 3, failure: 0, timeout: 1, skipped: 1, cancelled: 1, interrupted: 1 });
  expect(month.failures.map(({ status }) => status)).toEqual(['timeout', 'interrupted']);
  expect(usualSeconds.get('a/job')).toBe(2);
});

test('runs before the month, of other jobs and with a start that is no instant are left out', () => {
  const { month } = pastMonth(
    keys,
    [run('2026-10-04T21:59:59Z'), run('2026-11-03T00:00:00Z', 'failure', 1, 'gone'), run('nonsense')],
    now,
    berlin,
  );
  expect(month).toMatchObject({ runs: 0, failures: [] });
});

test('a long list of runs is bounded in the report', () => {
  const many = Array.from({ length: 5000 }, (_, index) => run(new Date((now - index * 60) * 1000).toISOString(), 'failure'));
  const { month, jobs } = pastMonth(keys, many, now, berlin);
  expect(month.failures).toHaveLength(100);
  expect(jobs.get('a/job')?.recent).toHaveLength(8);
  expect(jobs.get('a/job')?.failures).toBe(5000);
});
