import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LaunchFile } from '../backend/launch-file.ts';
import { nodeFiles } from '../host/node-files.ts';
import { changeJobState, readJobState, seedHandled } from './admit/job-state.ts';
import { type RunnerUnderTest, runnerUnderTest } from './runner-under-test.test-support.ts';

const sh = (text: string) => ({ command: [text], shell: true });
const policy = (name: LaunchFile['concurrency']['policy'], locks: readonly string[] = []): Pick<LaunchFile, 'concurrency'> => ({
  concurrency: { policy: name, locks },
});
const statuses = (rota: RunnerUnderTest): string[] =>
  rota
    .records()
    .map(({ status }) => status)
    .sort();
const key = { tenant: 'acme', name: 'job' };

/** Shell text that waits until that many records have the status. */
const until = (rota: RunnerUnderTest, status: string, count: number): string =>
  `while [ "$(cat ${rota.layout.runs}/* 2>/dev/null | grep -c '"status":"${status}"')" -lt ${count} ]; do sleep 0.05; done`;

async function appears(path: string): Promise<void> {
  while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 20));
}

const gate: LaunchFile['gate'] = {
  expression: '* * * * *',
  timezone: 'UTC',
  zoneRoots: ['/usr/share/zoneinfo'],
  persistent: false,
  startingDeadlineMs: 600_000,
};

describe('concurrency', () => {
  it('runs one of eight that start at once under `forbid`, and records the others as skipped', async () => {
    const rota = await runnerUnderTest();
    // It goes on until the seven others have come and gone, however long they take to start.
    const path = rota.launchFile({ ...sh(`echo x >> ran; ${until(rota, 'skipped', 7)}`), ...policy('forbid') });
    const codes = await Promise.all(Array.from({ length: 8 }, () => rota.run(path, ['--manual'])));
    expect(codes.map(({ code }) => code)).toEqual(Array(8).fill(0));
    expect(readFileSync(join(rota.scratch, 'ran'), 'utf8')).toBe('x\n');
    expect(statuses(rota)).toEqual([...Array(7).fill('skipped'), 'success']);
  });

  it('runs a gated fire time once, though eight gates are asked at once', async () => {
    const rota = await runnerUnderTest();
    const path = rota.launchFile({
      ...sh('echo x >> ran'),
      gate: { ...gate, expression: '0 0 1 1 *', startingDeadlineMs: null, persistent: true },
      gated: true,
    });
    seedHandled(nodeFiles, rota.layout, key, Date.parse('2020-06-01T00:00:00Z') / 1000);
    await Promise.all(Array.from({ length: 8 }, () => rota.run(path)));
    expect(readFileSync(join(rota.scratch, 'ran'), 'utf8')).toBe('x\n');
    expect(rota.records()).toMatchObject([{ status: 'success', trigger: 'catch-up' }]);
    expect(rota.records()[0]?.scheduledAt).toMatch(/^\d{4}-01-01T00:00:00Z$/);
  });

  it.each([
    ['forbid', 'during the run before', 'skipped'],
    ['forbid', 'after it', 'success'],
    ['forbid', 'as it seems during a run that is yet to end, since the clock was set back', 'success'],
    ['queue', 'during the run before', 'success'],
  ] as const)('under `%s` a scheduler that starts late what came due %s: %s', async (name, when, status) => {
    const rota = await runnerUnderTest();
    const yearly = { ...gate, expression: '0 0 1 1 *', startingDeadlineMs: null, persistent: true };
    const path = rota.launchFile({ ...sh('echo x >> ran'), ...policy(name), gate: yearly, gated: false });
    const now = Date.now() / 1000;
    const fire = Date.UTC(new Date().getUTCFullYear(), 0, 1) / 1000;
    const to = when === 'after it' ? fire - 1 : when === 'during the run before' ? Math.max(fire + 1, now - 1) : now + 3600;
    changeJobState(nodeFiles, rota.layout, key, (state) => [
      { ...state, handled: fire - 86_400, lastRun: { from: fire - 3600, to } },
      undefined,
    ]);
    await rota.run(path);
    const at = new Date(fire * 1000).toISOString().replace('.000', '');
    expect(rota.records()).toMatchObject([{ status, scheduledAt: at }]);
    expect(existsSync(join(rota.scratch, 'ran'))).toBe(status === 'success');
    expect(readJobState(nodeFiles, rota.layout, key).handled).toBe(fire);
    // Whatever it was, it is handled once.
    await rota.run(path);
    expect(rota.records().filter((record) => record.status === 'skipped')).toHaveLength(status === 'skipped' ? 1 : 0);
  });

  it('runs all at once under `allow`', async () => {
    const rota = await runnerUnderTest();
    const path = rota.launchFile({
      ...sh('echo x >> ran; while [ "$(wc -l < ran)" -lt 3 ]; do sleep 0.05; done'),
      ...policy('allow'),
      timeoutMs: 100_000,
    });
    await Promise.all([1, 2, 3].map(() => rota.run(path, ['--manual'])));
    expect(statuses(rota)).toEqual(['success', 'success', 'success']);
  });

  it('runs one afterwards under `queue`, and skips a third', async () => {
    const rota = await runnerUnderTest();
    const path = rota.launchFile({
      ...sh(`echo start >> ran; ${until(rota, 'skipped', 1)}; echo end >> ran`),
      ...policy('queue'),
    });
    const first = rota.run(path, ['--manual']);
    await appears(join(rota.scratch, 'ran'));
    const second = rota.run(path, ['--manual']);
    while (readJobState(nodeFiles, rota.layout, key).claims.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    await Promise.all([first, second, rota.run(path, ['--manual'])]);
    expect(statuses(rota)).toEqual(['skipped', 'success', 'success']);
    expect(readFileSync(join(rota.scratch, 'ran'), 'utf8')).toBe('start\nend\nstart\nend\n');
  });

  it('ends the running one under `replace` and takes its place', async () => {
    const rota = await runnerUnderTest();
    const path = rota.launchFile({ ...sh('echo start >> ran; [ "$(wc -l < ran)" -gt 1 ] || sleep 60'), ...policy('replace') });
    const first = rota.run(path, ['--manual']);
    await appears(join(rota.scratch, 'ran'));
    await Promise.all([first, rota.run(path, ['--manual'])]);
    expect(statuses(rota)).toEqual(['cancelled', 'success']);
  });

  it('keeps jobs that share a named lock apart: `forbid` skips, the others wait', async () => {
    const rota = await runnerUnderTest();
    const hold = `touch held; ${until(rota, 'skipped', 1)}; rm held`;
    const holder = rota.launchFile({ name: 'holder', ...sh(hold), ...policy('forbid', ['disk']) });
    const skips = rota.launchFile({ name: 'skips', ...sh('[ ! -e held ]'), ...policy('forbid', ['net', 'disk']) });
    const waits = rota.launchFile({ name: 'waits', ...sh('[ ! -e held ]'), ...policy('queue', ['disk']) });
    const first = rota.run(holder);
    await appears(join(rota.scratch, 'held'));
    await Promise.all([first, rota.run(skips), rota.run(waits)]);
    const byName = Object.fromEntries(rota.records().map(({ name, status }) => [name, status]));
    expect(byName).toEqual({ holder: 'success', skips: 'skipped', waits: 'success' });
  });

  it('counts what a killed runner left running as a run: it is not doubled, and recorded as interrupted once', async () => {
    const rota = await runnerUnderTest();
    const path = rota.launchFile(sh('echo $$ > pid; exec sleep 300'));
    const child = rota.start(path, ['--manual']);
    await appears(join(rota.scratch, 'pid'));
    const gone = new Promise((resolve) => child.on('close', resolve));
    child.kill('SIGKILL');
    await gone;
    await rota.run(path, ['--manual']);
    await rota.run(path, ['--manual']);
    expect(rota.records().map(({ status }) => status)).toEqual(['interrupted', 'skipped', 'skipped']);
    const left = readFileSync(join(rota.scratch, 'pid'), 'utf8').trim();
    process.kill(Number(left), 'SIGKILL');
    // On a busy machine it still takes a moment until it has ended; who takes its status does so later yet.
    await expect.poll(() => nodeFiles.readText(`/proc/${left}/stat`)?.replace(/^.*\) (.).*$/s, '$1') ?? 'Z').toBe('Z');
    const after = rota.launchFile(sh('true'));
    await rota.run(after, ['--manual']);
    expect(rota.records().map(({ status }) => status)).toEqual(['interrupted', 'skipped', 'skipped', 'success']);
    expect(readJobState(nodeFiles, rota.layout, key).claims).toEqual([]);
  });
});
