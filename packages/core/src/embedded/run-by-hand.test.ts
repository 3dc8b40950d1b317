import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@rota/test-support';
import { expect, it } from 'vitest';
import { createRota } from '../face/create-rota.ts';
import type { Rota } from '../face/rota.ts';
import { createHost, type HostOptions } from '../host/create-host.ts';
import type { Job } from '../job/job.ts';
import { readJobState } from '../run/admit/job-state.ts';
import type { RunRecord } from '../run/record/run-record.ts';
import { namespaceLayout } from '../state/layout.ts';
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

/** Two people start it, the second while the first run goes on; it goes on until `enough` holds of what the second has brought about. */
async function twice(policy: Job['concurrency']['policy'], enough: (seen: Seen) => boolean) {
  const folder = temporaryFolder();
  const [starts, hold] = [join(folder, 'starts'), join(folder, 'hold')];
  writeFileSync(hold, '');
  const rota = await installed({
    command: [`echo x >>${starts}; while [ -e ${hold} ]; do sleep 0.05; done`],
    concurrency: { policy, locks: [] },
  });
  const layout = namespaceLayout(rota.host.stateDir, 'default');
  const seen = async (): Promise<Seen> => ({
    starts: (rota.host.files.readText(starts) ?? '').length / 2,
    claims: readJobState(rota.host.files, layout, { tenant: 'acme', name: 'job' }).claims.length,
    ends: (await rota.history()).length,
  });
  const first = rota.run('job');
  while ((await seen()).starts < 1) await rota.host.sleep(20);
  const second = rota.run('job');
  while (!enough(await seen())) await rota.host.sleep(20);
  rmSync(hold);
  const [one, two] = (await Promise.all([first, second])).map((record): Partial<RunRecord> => record ?? {});
  const answers = [one, two].map((record) => [record?.status, record?.reason]);
  return { answers, isApart: Date.parse(two?.startedAt ?? '') >= Date.parse(one?.endedAt ?? '') };
}

/** How often the job was started, how many runs have announced themselves, how many have ended. */
interface Seen {
  readonly starts: number;
  readonly claims: number;
  readonly ends: number;
}

it('is skipped under `forbid` while a run goes on, and each of the two is answered its own run', async () => {
  const skipped = ['skipped', expect.stringMatching(/^The run .* that began at .* still goes on\.$/)];
  expect((await twice('forbid', ({ ends }) => ends === 1)).answers).toEqual([['success', null], skipped]);
});

it('runs beside the other under `allow`', async () => {
  const { answers, isApart } = await twice('allow', ({ starts }) => starts === 2);
  expect(answers).toEqual([
    ['success', null],
    ['success', null],
  ]);
  expect(isApart).toBe(false);
});

it('runs after the other under `queue`', async () => {
  const { answers, isApart } = await twice('queue', ({ claims }) => claims === 2);
  expect(answers).toEqual([
    ['success', null],
    ['success', null],
  ]);
  expect(isApart).toBe(true);
});

it('takes the place of the other under `replace`, whose caller is told', async () => {
  expect((await twice('replace', ({ starts }) => starts === 2)).answers).toEqual([
    ['cancelled', 'The runner got SIGTERM.'],
    ['success', null],
  ]);
});

it('is answered its own run when the clock is set back by a day while it goes on', async () => {
  let backMs = 0;
  const hold = join(temporaryFolder(), 'hold');
  const command = [`while [ -e ${hold} ]; do sleep 0.05; done; date`];
  const rota = await installed({ command }, { now: () => Date.now() - backMs });
  const earlier = await rota.run('job');
  writeFileSync(hold, '');
  const running = rota.run('job');
  while ((await rota.status())[0]?.state !== 'running') await rota.host.sleep(20);
  backMs = 86_400_000;
  rmSync(hold);
  const record = await running;
  expect(record?.status).toBe('success');
  expect(record?.runId).not.toBe(earlier?.runId);
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
