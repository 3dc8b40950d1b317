import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';
import { embedded } from '../embedded/embedded.ts';
import { createRota } from '../face/create-rota.ts';
import type { Rota } from '../face/rota.ts';
import { createHost } from '../host/create-host.ts';
import type { Job } from '../job/job.ts';
import { endpoint } from '../run/endpoint.test-support.ts';
import { installLauncher } from '../run/launch/install-launcher.ts';
import { appendRecord } from '../run/record/append-record.ts';
import { sampleRecord } from '../run/record/sample-record.test-support.ts';
import { runnerBundle } from '../run/runner-under-test.test-support.ts';
import type { RotaEvent } from '../state/events.ts';
import { namespaceLayout } from '../state/layout.ts';
import { sampleJob } from '../testing/sample-job.ts';

const names = ['run:start', 'run:output', 'run:retry', 'run:end', 'checkin:sent', 'checkin:spooled', 'alert'] as const;
const key = { tenant: 'acme', name: 'job' };

/** A job that is installed, with the runner of these sources, and what is told of its runs. */
async function watched(job: Partial<Job>) {
  const home = temporaryFolder();
  const host = createHost({ stateDir: join(home, 'state'), user: { name: 'ann', uid: 1000, home } });
  const rota = createRota({ host, backends: [embedded()] });
  const declared = { namespace: 'default', source: 'test', hostname: host.hostname, excluded: [], warnings: [] };
  await rota.apply(await rota.plan({ ...declared, jobs: [sampleJob('job', { shell: true, ...job })] }));
  installLauncher(host, { bundlePath: await runnerBundle() });
  const told: [RotaEvent, object][] = [];
  for (const name of names) rota.events.on(name, (payload) => void told.push([name, payload]));
  return { rota, told, layout: namespaceLayout(host.stateDir, 'default') };
}

const reporting = (url: string): Partial<Job> => ({
  checkin: { enabled: true, url, timeoutMs: 3_600_000, format: 'json', start: true, by: 'runner' },
  alerts: { on: ['failure'], channels: [{ kind: 'webhook', url }] },
});

/** Runs it while somebody watches, until what comes last is told. */
async function runWatched(rota: Rota, told: readonly [RotaEvent, object][], last: RotaEvent, output = true) {
  const stop = await rota.watch({ output });
  const record = await rota.run('job');
  await expect.poll(() => told.map(([name]) => name)).toContain(last);
  await stop();
  return { ...key, runId: record?.runId };
}

test('attempts, output with secrets masked, check-ins, alerts and the end of a run are told as they come', async () => {
  const { url } = await endpoint();
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'secret'), 'correct-horse\n');
  const { rota, told, layout } = await watched({
    ...reporting(url),
    command: ['echo "the password is $PASSWORD"; exit 3'],
    env: { PASSWORD: '${file:secret}' },
    workingDir: folder,
    retry: { enabled: true, attempts: 1, backoff: 'fixed', delayMs: 100, maxDelayMs: 100 },
  });
  const run = await runWatched(rota, told, 'alert');
  const of = (name: RotaEvent) => told.filter(([other]) => other === name).map(([, payload]) => payload);
  expect(of('run:start')).toEqual([run]);
  expect(of('run:retry')).toEqual([{ ...run, attempt: 1, delayMs: 100 }]);
  expect(of('run:end')).toEqual([{ ...run, status: 'failure' }]);
  expect(of('checkin:sent')).toEqual([
    { ...run, status: 'running' },
    { ...run, status: 'failure' },
  ]);
  expect(of('alert')).toEqual([{ ...run, event: 'failure', sent: true }]);
  const text = of('run:output')
    .map((payload) => ('text' in payload ? payload.text : ''))
    .join('');
  expect(text).toMatch(/^the password is \*+\nrota: Attempt 1 ended in failure.*\nthe password is \*+\n$/);
  expect(JSON.stringify(told)).not.toContain('correct-horse');
  const order = told.map(([name]) => name);
  expect(order.indexOf('run:start')).toBeLessThan(order.indexOf('run:retry'));
  expect(order.indexOf('run:retry')).toBeLessThan(order.indexOf('run:end'));
  expect(readdirSync(layout.watch)).toEqual([]);
});

test('an endpoint that is away is told, with the reason; output is not, unless asked for', async () => {
  const { rota, told } = await watched({ ...reporting('http://127.0.0.1:1/'), command: ['echo hello; exit 1'] });
  const run = await runWatched(rota, told, 'alert', false);
  const text = expect.stringContaining('ECONNREFUSED');
  expect(told).toContainEqual(['checkin:spooled', { ...run, status: 'failure', reason: text }]);
  expect(told).toContainEqual(['alert', { ...run, event: 'failure', sent: false }]);
  expect(told.map(([name]) => name)).not.toContain('run:output');
});

test('a run without the runner is told by its record; who was killed while watching leaves nothing behind', async () => {
  const { rota, told, layout } = await watched({ command: ['true'] });
  rota.host.files.write(join(layout.watch, '4194303-0badcafe.0.jsonl'), '');
  const stop = await rota.watch();
  expect(readdirSync(layout.watch)).toEqual([expect.stringMatching(`^${process.pid}-[0-9a-f]{8}\\.0\\.jsonl$`)]);
  const record = sampleRecord({ ...key, runId: 'native', endedAt: new Date(rota.host.now()).toISOString(), backend: 'systemd' });
  appendRecord(rota.host.files, layout, record);
  await expect.poll(() => told).toEqual([['run:end', { ...key, runId: 'native', status: 'success' }]]);
  await stop();
  await stop();
  appendRecord(rota.host.files, layout, { ...record, runId: 'later' });
  await rota.host.sleep(300);
  expect(told).toHaveLength(1);
});

test('watching for long fills no disk: what is read is set aside', async () => {
  const { rota, told, layout } = await watched({ command: ['head -c 3000000 /dev/zero | tr "\\0" x'] });
  const stop = await rota.watch({ output: true });
  await rota.run('job');
  await expect.poll(() => told.map(([name]) => name)).toContain('run:end');
  const bytes = () =>
    readdirSync(layout.watch).reduce((sum, name) => sum + (rota.host.files.facts(join(layout.watch, name))?.size ?? 0), 0);
  await expect.poll(bytes).toBeLessThan(2 ** 20);
  await stop();
  const written = told.reduce((sum, [, payload]) => sum + ('text' in payload ? String(payload.text).length : 0), 0);
  expect(written).toBe(3_000_000);
});
