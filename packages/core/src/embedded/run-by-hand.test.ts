import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@rota/test-support';
import { expect, it } from 'vitest';
import { createRota } from '../face/create-rota.ts';
import type { Rota } from '../face/rota.ts';
import { createHost, type HostOptions } from '../host/create-host.ts';
import type { Job } from '../job/job.ts';
import type { RunRecord } from '../run/record/run-record.ts';
import { sampleJob } from '../testing/sample-job.ts';
import { embedded } from './embedded.ts';

/** A job on a backend whose runs by hand are runners of our own, as on cron, with the state of a machine of its own. */
async function installed(job: Partial<Job>, options: HostOptions = {}): Promise<Rota> {
  const home = temporaryFolder();
  const host = createHost({ stateDir: join(home, 'state'), user: { name: 'ann', uid: 1000, home }, ...options });
  const rota = createRota({ host, backends: [embedded()] });
  const declared = { namespace: 'default', source: 'test', hostname: host.hostname, excluded: [], warnings: [] };
  await rota.apply(await rota.plan({ ...declared, jobs: [sampleJob('job', { shell: true, ...job })] }));
  return rota;
}

/** Two people start it, the second half a second after the first. */
async function twice(policy: Job['concurrency']['policy']): Promise<{ readonly answers: unknown; readonly apartMs: number }> {
  const rota = await installed({ command: ['sleep 2'], concurrency: { policy, locks: [] } });
  const first = rota.run('job');
  while ((await rota.status())[0]?.state !== 'running') await rota.host.sleep(20);
  await rota.host.sleep(500);
  const records = await Promise.all([first, rota.run('job')]);
  const [one, two] = records.map((record): Partial<RunRecord> => record ?? {});
  const answers = [one, two].map((record) => [record?.status, record?.reason]);
  return { answers, apartMs: Date.parse(two?.startedAt ?? '') - Date.parse(one?.startedAt ?? '') };
}

it('is skipped under `forbid` while a run goes on, and each of the two is answered its own run', async () => {
  const skipped = ['skipped', expect.stringMatching(/^The run .* that began at .* still goes on\.$/)];
  expect((await twice('forbid')).answers).toEqual([['success', null], skipped]);
});

it('runs beside the other under `allow`', async () => {
  const { answers, apartMs } = await twice('allow');
  expect(answers).toEqual([
    ['success', null],
    ['success', null],
  ]);
  expect(apartMs).toBeLessThan(2000);
});

it('runs after the other under `queue`', async () => {
  const { answers, apartMs } = await twice('queue');
  expect(answers).toEqual([
    ['success', null],
    ['success', null],
  ]);
  expect(apartMs).toBeGreaterThanOrEqual(2000);
});

it('takes the place of the other under `replace`, whose caller is told', async () => {
  expect((await twice('replace')).answers).toEqual([
    ['cancelled', 'The runner got SIGTERM.'],
    ['success', null],
  ]);
});

it('is an error in bounded time when nothing of it was ever seen', async () => {
  const began = Date.now();
  // Ten times as fast, so that nobody waits.
  const rota = await installed({ command: ['true'] }, { now: () => began + (Date.now() - began) * 10 });
  const launcher = join(rota.host.stateDir, 'bin', 'rota-run');
  rmSync(launcher);
  writeFileSync(launcher, '#!/bin/sh\nexit 1\n', { mode: 0o700 });
  await expect(rota.run('job')).rejects.toMatchObject({
    code: 'ROTA_COMMAND_FAILED',
    message: 'embedded was told to start acme/job, but no run of it was recorded.',
  });
});
