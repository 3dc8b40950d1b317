import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterFile } from '@rota/test-support';
import { describe, expect, it } from 'vitest';
import type { LaunchFile } from '../backend/launch-file.ts';
import { nodeFiles } from '../host/node-files.ts';
import { readJobState, seedHandled } from '../run/admit/job-state.ts';
import { installLauncher } from '../run/launch/install-launcher.ts';
import { instantText } from '../run/record/instant-text.ts';
import { type RunnerUnderTest, runnerBundle, runnerUnderTest } from '../run/runner-under-test.test-support.ts';
import { entryFolder } from './entry.ts';
import { hostOf, install } from './run-all.test-support.ts';
import { type RunAllEvent, runAll } from './run-all.ts';
import { runAllIsRunning } from './run-all-lock.ts';
import type { StartRunner } from './start-runner.ts';

const gate = (expression: string, change: Partial<NonNullable<LaunchFile['gate']>> = {}): LaunchFile['gate'] => ({
  expression,
  timezone: 'UTC',
  zoneRoots: ['/usr/share/zoneinfo'],
  persistent: false,
  startingDeadlineMs: 600_000,
  ...change,
});

/** A clock that the test turns: each sleep moves it on, and `script` may move it more. Runs until the script aborts. */
async function simulate(
  rota: RunnerUnderTest,
  from: string,
  script: (look: number, set: (clock: { nowMs?: number; elapsed?: number }) => void, stop: () => void) => void,
  onEvent: (event: RunAllEvent) => void = () => undefined,
): Promise<string[]> {
  let nowMs = Date.parse(from);
  let elapsed = 1000;
  let look = 0;
  const controller = new AbortController();
  const starts: string[] = [];
  const start: StartRunner = ({ args }) => {
    const at = args[2] ?? '';
    starts.push(at);
    // The part of the runner that the loop depends on: the claim.
    seedHandled(nodeFiles, rota.layout, { tenant: 'acme', name: 'job' }, Date.parse(at) / 1000);
    return { stop: () => undefined, ended: Promise.resolve(0) };
  };
  const host = hostOf(rota, {
    now: () => nowMs,
    async sleep(ms) {
      nowMs += ms;
      elapsed += ms / 1000;
      look += 1;
      script(
        look,
        (clock) => {
          nowMs = clock.nowMs ?? nowMs;
          elapsed = clock.elapsed ?? elapsed;
        },
        () => controller.abort(),
      );
    },
  });
  await runAll(host, { signal: controller.signal, elapsedSeconds: () => elapsed, start, onEvent });
  return starts;
}

describe('run-all', () => {
  it('starts every declared fire time once, and looks at least every 30 seconds', async () => {
    const rota = await runnerUnderTest();
    install(rota, { gate: gate('*/5 * * * *') });
    seedHandled(nodeFiles, rota.layout, { tenant: 'acme', name: 'job' }, Date.parse('2026-11-21T10:00:00Z') / 1000);
    const starts = await simulate(rota, '2026-11-21T10:00:01Z', (look, _, stop) => {
      if (look >= 12 * 31) stop();
    });
    expect(starts).toEqual(['05', '10', '15', '20', '25', '30'].map((minute) => `2026-11-21T10:${minute}:00Z`));
  });

  it('catches up after a suspend, the latest fire time only', async () => {
    const rota = await runnerUnderTest();
    install(rota, { gate: gate('0 * * * *', { persistent: true, startingDeadlineMs: null }) });
    seedHandled(nodeFiles, rota.layout, { tenant: 'acme', name: 'job' }, Date.parse('2026-11-21T10:00:00Z') / 1000);
    const woken = Date.parse('2026-11-21T15:30:00Z');
    const starts = await simulate(rota, '2026-11-21T10:10:00Z', (look, set, stop) => {
      // Five hours pass, for the uptime too.
      if (look === 3) set({ nowMs: woken, elapsed: 1000 + (woken - Date.parse('2026-11-21T10:10:00Z')) / 1000 });
      if (look === 20) stop();
    });
    expect(starts).toEqual(['2026-11-21T15:00:00Z']);
  });

  it('takes a jump of three hours or more for a correction of the clock: nothing is caught up, nothing suppressed', async () => {
    const rota = await runnerUnderTest();
    install(rota, { gate: gate('0 * * * *', { persistent: true, startingDeadlineMs: null }) });
    seedHandled(nodeFiles, rota.layout, { tenant: 'acme', name: 'job' }, Date.parse('2026-11-21T10:00:00Z') / 1000);
    const forward = await simulate(rota, '2026-11-21T10:10:00Z', (look, set, stop) => {
      if (look === 3) set({ nowMs: Date.parse('2026-11-21T15:30:00Z') });
      if (look === 12 * 40) stop();
    });
    expect(forward).toEqual(['2026-11-21T16:00:00Z']);
    const back = await simulate(rota, '2026-11-21T16:10:00Z', (look, set, stop) => {
      if (look === 3) set({ nowMs: Date.parse('2026-11-21T11:58:00Z') });
      if (look === 12 * 10) stop();
    });
    expect(back).toEqual(['2026-11-21T12:00:00Z']);
  });

  it('does not start again what a clock that was set back by less than three hours repeats', async () => {
    const rota = await runnerUnderTest();
    install(rota, { gate: gate('0 * * * *') });
    seedHandled(nodeFiles, rota.layout, { tenant: 'acme', name: 'job' }, Date.parse('2026-11-21T10:00:00Z') / 1000);
    const starts = await simulate(rota, '2026-11-21T10:59:00Z', (look, set, stop) => {
      if (look === 13) set({ nowMs: Date.parse('2026-11-21T10:30:00Z') });
      if (look === 12 * 95) stop();
    });
    expect(starts).toEqual(['2026-11-21T11:00:00Z', '2026-11-21T12:00:00Z']);
  });

  it('goes on with the rest, and says once what it is, when something cannot be read', async () => {
    const rota = await runnerUnderTest();
    for (const name of ['damaged', 'job'])
      install(rota, { name, gate: gate('0 * * * *', { persistent: true, startingDeadlineMs: null }) });
    const key = { tenant: 'acme', name: 'job' };
    seedHandled(nodeFiles, rota.layout, key, Date.parse('2026-11-21T10:00:00Z') / 1000);
    // In the way of root, too, as the files of another user are in the way of others.
    const inTheWay = [
      join(rota.layout.handled, 'acme.damaged.jsonl'),
      join(rota.layout.runs, '2026-11.jsonl'),
      join(rota.layout.spool, '001792000000000-run-success.json'),
    ];
    for (const path of inTheWay) mkdirSync(path, { recursive: true });
    const other = entryFolder(rota.stateDir, 'other');
    mkdirSync(dirname(other), { recursive: true });
    symlinkSync(other, other);
    const problems: string[] = [];
    const starts = await simulate(
      rota,
      '2026-11-21T10:10:00Z',
      (look, set, stop) => {
        if (look === 3) set({ nowMs: Date.parse('2026-11-21T15:30:00Z') });
        if (look === 12 * 40) stop();
      },
      (event) => void (event.kind === 'problem' && problems.push(event.message)),
    );
    expect(starts).toEqual(['2026-11-21T16:00:00Z']);
    const kinds = [
      /ELOOP.*other/,
      /^default\/acme\/damaged: EISDIR/,
      /^default, its old records: EISDIR/,
      /after the change of the clock: EISDIR/,
    ];
    for (const kind of kinds)
      expect(
        problems.filter((problem) => kind.test(problem)),
        String(kind),
      ).toHaveLength(1);
    expect(
      problems.filter((problem) => problem.startsWith('default, what waits to be told: A report that waits is in the way')),
    ).toHaveLength(1);
  });

  it('runs real jobs through the real runner, boot jobs once, and stops them cleanly', async () => {
    const rota = await runnerUnderTest();
    const bundlePath = await runnerBundle();
    installLauncher({ files: nodeFiles, stateDir: rota.stateDir, platform: 'linux' }, { bundlePath });
    install(rota, { name: 'atboot', command: ['/bin/sh', '-c', 'exec sleep 60'], graceMs: 2000 }, 'boot');
    // Due at once: the latest minute is less than ten minutes old and nobody has handled it.
    install(rota, { gate: gate('* * * * *') });
    const events: RunAllEvent[] = [];
    const controller = new AbortController();
    const host = hostOf(rota);
    const began = Date.now();
    const done = runAll(host, { signal: controller.signal, onEvent: (event) => events.push(event) });
    // A runner that is ended while Node still starts has begun nothing, and leaves no record.
    const begun = (): boolean => readJobState(nodeFiles, rota.layout, { tenant: 'acme', name: 'atboot' }).claims.length > 0;
    while (!begun() || !rota.records().some((record) => record.name === 'job'))
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(runAllIsRunning(host)).toBe(true);
    await expect(runAll(host, { signal: controller.signal })).rejects.toMatchObject({ code: 'ROTA_LOCK_HELD' });
    controller.abort();
    await done;
    expect(runAllIsRunning(host)).toBe(false);
    const records = rota.records();
    const record = records.find(({ name }) => name === 'job');
    expect(record).toMatchObject({ status: 'success', backend: 'embedded' });
    // The latest minute when it was looked at, which a new one may follow before the job starts.
    const minutes = [began, Date.parse(record?.startedAt ?? '')].map((ms) => Math.floor(ms / 60_000) * 60);
    const [first = 0, last = 0] = minutes;
    const fires = Array.from({ length: (last - first) / 60 + 1 }, (_, index) => instantText(first + index * 60));
    expect(fires).toContain(record?.scheduledAt);
    expect(records.filter((record) => record.name === 'atboot')).toMatchObject([
      { status: 'cancelled', trigger: 'event', scheduledAt: null },
    ]);
    expect(events.filter((event) => event.kind === 'problem')).toEqual([]);
  });

  it('gives a job that followed another one, and one that was started by hand, their grace when it stops', async () => {
    const rota = await runnerUnderTest();
    installLauncher({ files: nodeFiles, stateDir: rota.stateDir, platform: 'linux' }, { bundlePath: await runnerBundle() });
    const long = (name: string): Partial<LaunchFile> => ({
      name,
      // Asked by nobody, it ends by itself in the end.
      command: [`trap 'echo ${name} >>ends; exit 1' TERM; : >up.${name}; for i in $(seq 2000); do sleep 0.05; done`],
      shell: true,
      graceMs: 20_000,
    });
    for (const name of ['follower', 'byhand']) install(rota, long(name), 'after');
    const launchFile = rota.launchFile({ backend: 'embedded', ...long('follower') });
    install(rota, { name: 'first', followers: [{ tenant: 'acme', name: 'follower', start: null, launchFile }] }, 'boot');
    const controller = new AbortController();
    const done = runAll(hostOf(rota), { signal: controller.signal });
    const byHand = rota.run(rota.launchFile({ backend: 'embedded', ...long('byhand') }), ['--manual']);
    while (!['up.follower', 'up.byhand'].every((name) => nodeFiles.list(rota.scratch).includes(name)))
      await new Promise((resolve) => setTimeout(resolve, 50));
    controller.abort();
    await done;
    const ended = rota.records().filter(({ name }) => name !== 'first');
    expect(new Map(ended.map(({ name, status }) => [name, status]))).toEqual(
      new Map([
        ['follower', 'cancelled'],
        ['byhand', 'cancelled'],
      ]),
    );
    expect(nodeFiles.readText(join(rota.scratch, 'ends'))?.split('\n').sort()).toEqual(['', 'byhand', 'follower']);
    await byHand;
  });

  it('creates nothing when it is only asked whether it runs', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rota-empty-'));
    afterFile(() => rmSync(folder, { recursive: true, force: true }));
    expect(runAllIsRunning({ files: nodeFiles, stateDir: join(folder, 'state') })).toBe(false);
    expect(nodeFiles.list(folder)).toEqual([]);
  });
});
