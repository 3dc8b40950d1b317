import { join } from 'node:path';
import { expect } from 'vitest';
import type { LaunchFile } from '../backend/launch-file.ts';
import { nodeFiles } from '../host/node-files.ts';
import { readJobState } from './admit/job-state.ts';
import { endpoint } from './endpoint.test-support.ts';
import { installLauncher } from './launch/install-launcher.ts';
import { instantText } from './record/instant-text.ts';
import { readRecords } from './record/read-records.ts';
import { type RunnerUnderTest, runnerBundle, runnerUnderTest } from './runner-under-test.test-support.ts';

/** For tests that kill runners: jobs that leave a trace of each start, a real endpoint, and what must hold afterwards. */
export interface KilledRuns {
  readonly rota: RunnerUnderTest;
  /** Writes the launch file of a job that uses all that a killed runner could leave behind. With a deadline its fire times are too old to run. */
  job(name: string, startingDeadlineMs?: number, change?: Partial<LaunchFile>): string;
  /** Fire times one minute apart, the first for 0. */
  fire(number: number): string;
  /** Runs the job until what was left running has ended and the last fire time has its run. */
  settle(name: string, path: string, last: string): Promise<void>;
  /** Fails the test unless each fire time was started at most once and has one record that tells the truth. Answers the records' statuses. */
  expectOneRecordEach(name: string, fires: readonly string[]): readonly string[];
  /** Waits until each good end of the job has started its follower, or has told that it did not; fails the test if one has started it twice. */
  expectFollowed(name: string): Promise<void>;
  /** Fails the test if a lock, a claim or a report is left, a run is recorded twice, or its check-in or alert was lost. */
  expectNothingLeft(names: readonly string[]): Promise<void>;
}

const gate: NonNullable<LaunchFile['gate']> = {
  expression: '* * * * *',
  timezone: 'UTC',
  zoneRoots: ['/usr/share/zoneinfo'],
  persistent: true,
  startingDeadlineMs: null,
};

export async function killedRuns(): Promise<KilledRuns> {
  const rota = await runnerUnderTest();
  installLauncher({ files: nodeFiles, stateDir: rota.stateDir, platform: 'linux' }, { bundlePath: await runnerBundle() });
  const server = await endpoint();
  const first = Date.parse('2026-01-01T00:00:00Z') / 1000;
  const lines = (name: string): string[] =>
    (nodeFiles.readText(join(rota.scratch, name)) ?? '').split('\n').filter((line) => line !== '');
  return {
    rota,
    fire: (number) => instantText(first + 60 * number),
    job(name, startingDeadlineMs, change) {
      const follower = { tenant: 'acme', name: `follower-${name}`, start: null };
      const launchFile = rota.launchFile({
        name: follower.name,
        command: [`echo x >> followed-${name}`],
        shell: true,
        concurrency: { policy: 'allow', locks: [] },
      });
      const hook = (word: string) => [['/bin/sh', '-c', `echo ${word} >> hooks-${name}; sleep 0.01`]];
      return rota.launchFile({
        name,
        gate: { ...gate, startingDeadlineMs: startingDeadlineMs ?? null },
        command: [`echo "$ROTA_SCHEDULED_AT" >> started-${name}; sleep 0.03; echo "$ROTA_SCHEDULED_AT" >> ended-${name}`],
        shell: true,
        concurrency: { policy: 'forbid', locks: [`lock-${name}`] },
        checkin: { enabled: true, url: server.url, timeoutMs: 3_600_000, format: 'json', start: false, by: 'runner' },
        alerts: { on: ['failure', 'missed'], channels: [{ kind: 'webhook', url: server.url }] },
        hooks: { before: hook('before'), onSuccess: [], onFailure: [], always: hook('always') },
        followers: [{ ...follower, launchFile }],
        ...change,
      });
    },
    async settle(name, path, last) {
      while (!lines(`ended-${name}`).includes(last)) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        await rota.run(path, ['--manual']);
        await rota.run(path, ['--scheduled-at', last]);
      }
    },
    expectOneRecordEach(name, fires) {
      const started = lines(`started-${name}`);
      const ended = new Set(lines(`ended-${name}`));
      expect(new Set(started).size, 'each fire time starts at most once').toBe(started.length);
      const records = rota.records().filter((record) => record.name === name && record.trigger !== 'manual');
      expect(records.map(({ scheduledAt }) => scheduledAt).sort(), 'each fire time has one record').toEqual(fires);
      for (const { status, scheduledAt } of records) {
        if (status === 'success') expect(ended).toContain(scheduledAt);
        if (status === 'skipped') expect(started).not.toContain(scheduledAt);
        expect(['success', 'interrupted', 'skipped', 'cancelled']).toContain(status);
      }
      return records.map(({ status }) => status);
    },
    async expectFollowed(name) {
      const all = rota.records();
      const ended = all.filter((record) => record.name === name && record.status === 'success').length;
      const told = () => rota.records().filter((record) => record.name === `follower-${name}`);
      await expect
        .poll(() => told().length, { message: 'each good end starts its follower, or tells why not' })
        .toBeGreaterThanOrEqual(ended);
      expect(lines(`followed-${name}`).length, 'no good end starts its follower twice').toBeLessThanOrEqual(ended);
      for (const { reason } of told().filter(({ status }) => status !== 'success'))
        expect(reason).toMatch(/^It was to follow acme\/.+, and its runner was gone before it had started this one\.$/);
    },
    async expectNothingLeft(names) {
      const { layout } = rota;
      for (const name of names)
        expect(readJobState(nodeFiles, layout, { tenant: 'acme', name }).claims, 'no claim is left').toEqual([]);
      const damaged: string[] = [];
      const all = [...readRecords(layout, { onDamaged: (line) => damaged.push(line) })];
      expect(damaged).toEqual([]);
      expect(new Set(all.map(({ runId }) => runId)).size, 'no run is recorded twice').toBe(all.length);
      const ours = all.filter(({ name }) => names.includes(name));
      const ran = ours.filter(({ status }) => status !== 'skipped');
      const told = new Set(server.messages().map((message) => `${message.run_id} ${message.event ?? 'check-in'}`));
      expect(
        ran.filter(({ runId }) => !told.has(`${runId} check-in`)),
        'no check-in is lost',
      ).toEqual([]);
      const alerted = ours.flatMap(({ runId, status, trigger }) => {
        if (status === 'interrupted') return [`${runId} failure`];
        return status === 'skipped' && trigger === 'catch-up' ? [`${runId} missed`] : [];
      });
      expect(
        alerted.filter((one) => !told.has(one)),
        'no alert is lost',
      ).toEqual([]);
      expect(rota.spooled().filter((name) => name.endsWith('.json'))).toEqual([]);
      // A follower has its record right before it is done.
      for (const folder of nodeFiles.list(layout.runLocks))
        await expect
          .poll(() => nodeFiles.list(join(layout.runLocks, folder)), { message: `no lock is left in ${folder}` })
          .toEqual([]);
      for (const file of nodeFiles.list(layout.runs))
        expect(nodeFiles.readText(join(layout.runs, file))?.endsWith('\n')).toBe(true);
    },
  };
}
