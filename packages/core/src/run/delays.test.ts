import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LaunchFile } from '../backend/launch-file.ts';
import { quickTimers } from './quick-timers.test-support.ts';
import { runnerUnderTest } from './runner-under-test.test-support.ts';

const sh = (text: string) => ({ command: [text], shell: true });
const hook = (text: string): string[] => ['/bin/sh', '-c', text];

function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('a retry', () => {
  const declared: LaunchFile['retry'] = {
    enabled: true,
    attempts: 4,
    backoff: 'exponential',
    delayMs: 20_000,
    maxDelayMs: 90_000,
  };

  it.each([
    ['exponential', [20_000, 40_000, 80_000, 90_000]],
    ['fixed', [20_000, 20_000, 20_000, 20_000]],
  ] as const)('waits as declared: %s', async (backoff, delays) => {
    const rota = await runnerUnderTest();
    const { env, waited } = quickTimers(rota.scratch);
    await rota.run(rota.launchFile({ ...sh('exit 3'), retry: { ...declared, backoff } }), [], env);
    expect(waited()).toEqual(delays);
    expect(rota.records()).toMatchObject([{ status: 'failure', attempts: 5 }]);
  });

  it('begins however long after the fire time, for `startingDeadline` is of the first start alone', async () => {
    const rota = await runnerUnderTest();
    const { env, waited } = quickTimers(rota.scratch, { movesClock: true });
    const gate = { expression: '0 0 1 1 *', timezone: 'UTC', zoneRoots: [], persistent: true, startingDeadlineMs: 60_000 };
    const path = rota.launchFile({
      ...sh('echo x >> tries; [ $(wc -l < tries) = 3 ]'),
      gate,
      retry: { ...declared, delayMs: 80_000 },
    });
    const at = new Date(Math.floor(Date.now() / 1000) * 1000).toISOString();
    expect((await rota.run(path, ['--scheduled-at', at], env)).code).toBe(0);
    expect(waited()).toEqual([80_000, 90_000]);
    const [record] = rota.records();
    expect(record).toMatchObject({ status: 'success', attempts: 3, trigger: 'schedule' });
    expect(Date.parse(record?.endedAt ?? '') - Date.parse(at)).toBeGreaterThanOrEqual(170_000);
  });

  it('is not waited for any longer once the runner is told to end', async () => {
    const rota = await runnerUnderTest();
    const path = rota.launchFile({
      ...sh('echo x >> tries; exit 3'),
      retry: { ...declared, delayMs: 3_000_000, maxDelayMs: 3_000_000 },
    });
    const child = rota.start(path);
    const ended = new Promise((resolve) => child.on('exit', resolve));
    const folder = join(rota.layout.output, 'acme.job');
    const isWaiting = (): boolean => existsSync(folder) && rota.outputs('acme.job').includes('the next one starts in 3000 s');
    while (!isWaiting()) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGTERM');
    expect(await ended).toBe(3);
    expect(rota.records()).toMatchObject([{ status: 'cancelled', exitCode: 3, attempts: 1 }]);
  });
});

describe('a hook that hangs', () => {
  /** It is the first that has one; the others are to end by themselves. */
  const itsLimit = { ms: 300_000, count: 1 };

  it('before the job is ended with all that it started, and the job does not begin', async () => {
    const rota = await runnerUnderTest();
    const { env, waited } = quickTimers(rota.scratch, itsLimit);
    const hooks = {
      before: [hook('trap "" TERM; sleep 600 & echo $! > child; wait; sleep 600')],
      onSuccess: [],
      onFailure: [hook('echo failed >> after')],
      always: [hook('echo always >> after')],
    };
    expect((await rota.run(rota.launchFile({ ...sh('touch ran'), hooks }), [], env)).code).toBe(78);
    // Five minutes, since the job has no time-out of its own, for each of the three.
    expect(waited()).toEqual([300_000, 300_000, 300_000]);
    expect(rota.records()).toMatchObject([
      { status: 'failure', attempts: 0, reason: 'The hook before (/bin/sh) failed: it took too long.' },
    ]);
    expect(readFileSync(join(rota.scratch, 'after'), 'utf8')).toBe('failed\nalways\n');
    expect(existsSync(join(rota.scratch, 'ran'))).toBe(false);
    if (existsSync(join(rota.scratch, 'child')))
      expect(isRunning(Number(readFileSync(join(rota.scratch, 'child'), 'utf8')))).toBe(false);
  });

  it('after the job changes nothing of its end', async () => {
    const rota = await runnerUnderTest();
    const { env } = quickTimers(rota.scratch, itsLimit);
    const hooks = {
      before: [],
      onSuccess: [hook('trap "" TERM; sleep 600; sleep 600')],
      onFailure: [],
      always: [hook('touch told')],
    };
    const { code } = await rota.run(rota.launchFile({ hooks, graceMs: 100 }), [], env);
    expect(code).toBe(0);
    expect(rota.records()).toMatchObject([{ status: 'success', exitCode: 0, attempts: 1 }]);
    expect(rota.outputs('acme.job')).toBe('rota: The hook onSuccess (/bin/sh) failed: it took too long.\n');
    expect(existsSync(join(rota.scratch, 'told'))).toBe(true);
  });

  it('keeps a runner that is told to end for a minute at most, so that the end is still recorded', async () => {
    const rota = await runnerUnderTest();
    const { env, waited } = quickTimers(rota.scratch, { ms: 60_000 });
    const hooks = {
      before: [],
      onSuccess: [],
      onFailure: [hook('trap "" TERM; touch hangs; sleep 600; sleep 600'), hook('touch second')],
      always: [hook('touch third')],
    };
    const child = rota.start(rota.launchFile({ ...sh('touch up; while :; do sleep 0.05; done'), hooks }), [], env);
    const ended = new Promise((resolve) => child.on('exit', resolve));
    while (!existsSync(join(rota.scratch, 'up'))) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGTERM');
    expect(await ended).toBe(143);
    expect(rota.records()).toMatchObject([{ status: 'cancelled' }]);
    expect(waited()).toContain(60_000);
    expect(rota.outputs('acme.job')).toContain('rota: The hook always (/bin/sh) was not run: there is no time left.\n');
    expect(['second', 'third'].filter((name) => existsSync(join(rota.scratch, name)))).toEqual([]);
  });
});
