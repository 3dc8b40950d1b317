import { createHost, type Host } from '@rota/core';
import { expect, test } from 'vitest';
import { compileJob } from '../testing/compile-job.ts';
import { surprisedTimers } from './surprised-timers.ts';
import type { UnitChange } from './unit-change.ts';

const name = 'rota.test.acme.job';
const seconds = (text: string): number => Date.parse(text) / 1000;

/** A manager that says when the timer last elapsed and when it was started. */
function hostAt(now: string, lastTrigger: string | null, started: string): Host {
  const last = lastTrigger === null ? '' : `@${seconds(lastTrigger)}`;
  const stdout = `Id=${name}.timer\nActiveState=active\nLastTriggerUSec=${last}\nInactiveExitTimestamp=@${seconds(started)}\n`;
  return createHost({
    platform: 'linux',
    timezone: 'UTC',
    now: () => Date.parse(now),
    run: async () => ({ exitCode: 0, signal: null, stdout, stderr: '', timedOut: false }),
  });
}

function moved(from: string, to: string, timezone = 'UTC', randomizedDelayMs = 0): readonly UnitChange[] {
  const artifact = (expression: string) =>
    compileJob({ trigger: { kind: 'schedule', expression, timezone }, randomizedDelayMs }).artifact;
  return [{ name, change: { tenant: 'acme', name: 'job', before: artifact(from), after: artifact(to), handledUntil: 0 } }];
}

test.each([
  ['a time between the last trigger and now', '0 10 * * *', '0 6 * * *', '2026-05-02T03:00:00Z', true],
  ['a time before the last trigger', '0 10 * * *', '0 2 * * *', '2026-05-02T03:00:00Z', false],
  ['a time that is to come', '0 10 * * *', '0 18 * * *', '2026-05-02T03:00:00Z', false],
  ['a timer that has not elapsed counts from its start', '0 10 * * *', '0 6 * * *', null, true],
  ['the same lines', '0 6 * * *', '0 6 * * *', '2026-05-02T03:00:00Z', false],
])('%s', async (_, from, to, last, surprised) => {
  const host = hostAt('2026-05-02T12:00:00Z', last, '2026-05-01T12:00:00Z');
  expect((await surprisedTimers(host, moved(from, to))).has(name)).toBe(surprised);
});

test('a delay reaches further back', async () => {
  const host = hostAt('2026-05-02T12:00:00Z', '2026-05-02T06:20:00Z', '2026-05-01T12:00:00Z');
  expect((await surprisedTimers(host, moved('0 10 * * *', '0 6 * * *', 'UTC', 3_600_000))).has(name)).toBe(true);
});

test('nothing is restarted in the second pass of a repeated hour', async () => {
  const change = moved('0 10 * * *', '30 1 * * *', 'America/New_York');
  const at = async (now: string): Promise<boolean> =>
    (await surprisedTimers(hostAt(now, '2026-10-31T14:00:00Z', '2026-10-01T12:00:00Z'), change)).has(name);
  expect([await at('2026-11-01T05:45:00Z'), await at('2026-11-01T06:15:00Z'), await at('2026-11-01T07:15:00Z')]).toEqual([
    true,
    false,
    true,
  ]);
});
