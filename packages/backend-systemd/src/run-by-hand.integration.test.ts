import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createRota, type Job, type Rota } from '@rota/core';
import { sampleJob } from '@rota/core/testing';
import { afterFile, repositoryRoot, requirePart, temporaryFolder, userSystemd, userSystemdPart } from '@rota/test-support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemd } from './systemd.ts';
import { userHost } from './testing/user-host.ts';

const runner = {
  name: 'the built runner',
  present: existsSync(`${repositoryRoot}packages/core/dist/rota-run.cjs`),
  install: 'npm run build',
};
const sleep = async (ms: number): Promise<void> => await new Promise((done) => setTimeout(done, ms));

/** An endpoint that takes its time. */
async function slowEndpoint(delayMs: number): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    setTimeout(() => response.writeHead(200).end(), delayMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterFile(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

requirePart(userSystemdPart, runner)('a job that is run by hand on a real user manager', () => {
  let rota: Rota;
  let folder: string;
  const letEnd = (name: string): void => rmSync(join(folder, name));
  const running = async (name: string): Promise<boolean> => (await rota.status({ job: name }))[0]?.state === 'running';
  const shape = async (answer: Promise<Awaited<ReturnType<Rota['run']>>>) => {
    const record = await answer;
    return record && [record.status, record.trigger, record.reason];
  };

  beforeAll(async () => {
    const user = await userSystemd('rota-by-hand');
    const host = userHost(user, { stateDir: `${user.home}/.local/state/rota-by-hand` });
    await host.run({ file: 'rm', args: ['-rf', host.stateDir] });
    rota = createRota({ host, backends: [systemd()], namespace: 'byhand' });
    const url = await slowEndpoint(4000);
    // Each run goes on until the test lets it end, or is over.
    folder = temporaryFolder({ owner: user });
    const long: Partial<Job> = { shell: true, command: [`while [ -e ${folder}/$ROTA_JOB ]; do sleep 0.1; done`] };
    for (const name of ['long', 'long-native', 'queued', 'queued-native']) writeFileSync(join(folder, name), '');
    const native: Partial<Job> = { timeoutMs: 250_000 };
    const queue: Partial<Job> = { concurrency: { policy: 'queue', locks: [] } };
    const jobs = [
      sampleJob('reports', { checkin: { enabled: true, url, timeoutMs: 60_000, format: 'json', start: false, by: 'runner' } }),
      sampleJob('quick', native),
      sampleJob('long', long),
      sampleJob('long-native', { ...long, ...native }),
      sampleJob('queued', { ...long, ...queue, hooks: { before: [['/bin/true']], onSuccess: [], onFailure: [], always: [] } }),
      sampleJob('queued-native', { ...long, ...queue }),
    ];
    const declared = { namespace: 'byhand', source: 'test', hostname: host.hostname, jobs, excluded: [], warnings: [] };
    const plan = await rota.plan(declared, { backend: 'systemd' });
    const started = plan.entries.map(({ name, launchFile }) => `${name} ${launchFile === null ? 'natively' : 'by the runner'}`);
    expect(started).toEqual(
      expect.arrayContaining(['quick natively', 'long-native natively', 'queued by the runner', 'queued-native natively']),
    );
    await rota.apply(plan);
  });
  afterAll(async () => void (await rota.destroy()));

  test('is run again right after, also while the run before still reports', async () => {
    const run = (): Promise<unknown> => shape(rota.run('reports'));
    expect([await run(), await run()]).toEqual([
      ['success', 'manual', null],
      ['success', 'manual', null],
    ]);
  });

  test('is run as often in a row as somebody likes', async () => {
    for (let time = 0; time < 12; time++) expect(await shape(rota.run('quick'))).toEqual(['success', 'manual', null]);
  });

  test.each(['long', 'long-native'])('is skipped while it runs, and the answer says why: %s under `forbid`', async (name) => {
    const first = rota.run(name);
    while (!(await running(name))) await sleep(50);
    await sleep(500);
    const skipped = ['skipped', 'manual', expect.stringMatching(/^.*began at 20.*Z still goes on\.$/)];
    expect(await shape(rota.run(name))).toEqual(skipped);
    expect(await shape(rota.run(name, { wait: false }))).toEqual(skipped);
    expect(await running(name)).toBe(true);
    letEnd(name);
    expect(await shape(first)).toEqual(['success', 'manual', null]);
    expect((await rota.history({ job: name })).map(({ status }) => status)).toEqual(['success', 'skipped', 'skipped']);
  });

  test.each(['queued', 'queued-native'])('is run once more afterwards under `queue`: %s', async (name) => {
    const first = rota.run(name);
    while (!(await running(name))) await sleep(50);
    await sleep(500);
    expect(await shape(rota.run(name, { wait: false }))).toEqual(['skipped', 'manual', expect.stringContaining('still goes on')]);
    const second = rota.run(name);
    // It comes while the first goes on, or else later: nothing here depends on it.
    await sleep(1500);
    letEnd(name);
    expect(await shape(first)).toEqual(['success', 'manual', null]);
    expect(await shape(second)).toEqual(['success', 'manual', null]);
    const [later, earlier] = (await rota.history({ job: name })).filter(({ status }) => status === 'success');
    expect(Date.parse(later?.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(earlier?.endedAt ?? ''));
  });
});
