import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@rota/test-support';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeFiles } from '../host/node-files.ts';
import { bundleLayout } from './bundle-layout.ts';
import { captureBundle } from './capture/capture.ts';
import { findBundle } from './find-bundle.ts';
import { recoverBundles } from './recover-bundles.ts';
import { restoreBundle } from './restore/restore.ts';
import { withClaim } from './service/claim.ts';
import { beginDowntime, wakeAbandoned } from './service/downtime.ts';
import { type ServiceUnderTest, serviceUnderTest } from './service.fixture.ts';
import { openStore } from './store/open-store.ts';

let service: ServiceUnderTest;
beforeEach(() => {
  service = serviceUnderTest();
});
afterEach(() => service.remove());

const script = `
import { createJiti } from 'jiti';
const [source, work, spec, stateDir] = process.argv.slice(1);
const jiti = createJiti(source + '/', { fsCache: false });
const { beginDowntime } = await jiti.import(source + '/bundle/service/downtime.ts');
const { createHost } = await jiti.import(source + '/host/create-host.ts');
const { guard } = await beginDowntime(createHost({ stateDir }), JSON.parse(spec), work, { guardMs: 600000, freeze: false });
process.stdout.write('stopped by ' + guard + '\\n');
setInterval(() => undefined, 1000);
`;

/** Starts a process that stops the service and then waits; resolves once it has. */
async function stopInAnotherProcess(work: string, spec = service.spec()) {
  const source = join(repositoryRoot, 'packages', 'core', 'src');
  const args = ['--input-type=module', '-e', script, source, work, JSON.stringify(spec), join(service.folder, 'state')];
  const child = spawn(process.execPath, args, { cwd: repositoryRoot, stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((done, failed) => {
    child.stdout.once('data', done);
    child.once('exit', failed);
  });
  return child;
}

test('a service is started again within seconds when the process that stopped it is killed', async () => {
  service.start();
  const work = join(service.folder, 'work');
  mkdirSync(work);
  const child = await stopInAnotherProcess(work);
  expect(service.running()).toBe(false);
  // Not before: the guard leaves a living process alone.
  await new Promise((done) => setTimeout(done, 1500));
  expect(service.running()).toBe(false);
  child.removeAllListeners('exit');
  child.kill('SIGKILL');
  await expect.poll(() => service.running(), { timeout: 120_000 }).toBe(true);
  await expect.poll(() => nodeFiles.list(work), { timeout: 120_000 }).toEqual(['guard.sh']);
});

/** A service whose start takes a second and is told of, stopped by another process. */
async function stopSlowService() {
  const log = join(service.folder, 'starts');
  const flag = join(service.folder, 'running');
  const start = ['sh', '-c', `echo begun >>${log}; sleep 1; echo done >>${log}; touch ${flag}`];
  service.start();
  const work = join(bundleLayout(service.host().stateDir, 'default').work, 'cut-off');
  mkdirSync(work, { recursive: true });
  const stop = [{ name: 'app', running: ['test', '-e', flag], stop: ['rm', flag], start }];
  const child = await stopInAnotherProcess(work, service.spec({ stop }));
  child.removeAllListeners('exit');
  const ended = async (one: ChildProcess): Promise<void> => await new Promise((done) => one.once('exit', () => done()));
  return {
    work,
    starts: () => readFileSync(log, 'utf8'),
    kill: async () => {
      const gone = ended(child);
      child.kill('SIGKILL');
      await gone;
    },
    /** One more guard than the one that waits for that process. */
    guard: async () => await ended(spawn('/bin/sh', [join(work, 'guard.sh'), 'boot'], { stdio: 'ignore' })),
  };
}

test('of several guards and a command that come at once, as after a boot, one starts the service', async () => {
  const { starts, kill, guard } = await stopSlowService();
  await kill();
  await Promise.all([guard(), guard(), recoverBundles(service.host(), 'default'), guard()]);
  expect(service.running()).toBe(true);
  expect(starts()).toBe('begun\ndone\n');
});

test.each([
  ['a process that is gone', { pid: 2 ** 22 + 1, startTicks: '1', bootId: null }],
  ['an earlier boot', { pid: process.pid, startTicks: null, bootId: 'another' }],
  ['a process whose number somebody else has now', { pid: process.pid, startTicks: '1', bootId: null }],
])('a guard does not wait for %s', async (_, holder) => {
  const { work, starts, kill, guard } = await stopSlowService();
  writeFileSync(join(work, 'claim'), `${JSON.stringify(holder)}\n`);
  // Whoever broke it last was cut off, too.
  writeFileSync(join(work, 'claim.break'), `${JSON.stringify(holder)}\n`);
  await kill();
  await guard();
  expect(service.running()).toBe(true);
  expect(starts()).toBe('begun\ndone\n');
  await expect.poll(() => nodeFiles.list(work)).toEqual(['guard.sh']);
});

test('a guard waits for a process that lives and is at it', async () => {
  const { work, starts, kill, guard } = await stopSlowService();
  let late: Promise<void> | undefined;
  await withClaim(service.host(), work, async () => {
    await kill();
    late = guard();
    await expect.poll(() => nodeFiles.list(work).filter((name) => name.startsWith('claim-'))).toHaveLength(2);
    expect(existsSync(join(service.folder, 'starts'))).toBe(false);
    await wakeAbandoned(service.host(), work);
  });
  await late;
  expect(starts()).toBe('begun\ndone\n');
});

test('what an earlier guard put there for the next boot goes with it, too', async () => {
  const { work, kill } = await stopSlowService();
  const earlier = join(service.folder, 'rota-bundle-guard-cut-off.service');
  writeFileSync(earlier, '');
  const journal = join(work, 'downtime.json');
  writeFileSync(journal, JSON.stringify({ ...JSON.parse(readFileSync(journal, 'utf8')), atBoot: [earlier] }));
  const again = { guardMs: 600_000, freeze: false, alsoWake: ['app'] };
  await withClaim(service.host(), work, async () => {
    await kill();
    const downtime = await beginDowntime(service.host(), service.spec(), work, again);
    expect(existsSync(earlier)).toBe(true);
    await downtime.end();
  });
  expect(existsSync(earlier)).toBe(false);
});

/** The guard itself, with a second instead of ten minutes. */
function hastyHost() {
  const plain = service.host();
  return service.host(nodeFiles, {
    run: async (request) => {
      const [script = ''] = request.args;
      if (request.detached === true) writeFileSync(script, readFileSync(script, 'utf8').replace('left=600', 'left=1'));
      return await plain.run(request);
    },
  });
}

test('a restore that takes longer than its guard waits is swapped back, and the service runs on what it had', async () => {
  service.start();
  const spec = service.spec({
    hooks: { reissue: [['sh', '-c', `until test -e ${join(service.folder, 'running')}; do sleep 0.1; done`]] },
  });
  await captureBundle({ host: service.host(), namespace: 'default', spec });
  writeFileSync(join(service.root, 'one'), 'later state\n');
  const bundle = await findBundle({
    host: service.host(),
    namespace: 'default',
    store: openStore(service.host(), 'default'),
    which: 'latest',
  });
  await expect(restoreBundle({ host: hastyHost(), namespace: 'default', spec, bundle })).rejects.toMatchObject({
    code: 'ROTA_BUNDLE_RESTORE',
    message: expect.stringMatching(/everything is as it was before: It took longer than 600 s/),
  });
  expect(service.running()).toBe(true);
  expect(readFileSync(join(service.root, 'one'), 'utf8')).toBe('later state\n');
  expect(readdirSync(join(service.root, '..'))).toEqual(['data']);
});

test('a capture that goes on when its guard has started the service is not kept', async () => {
  service.start();
  const host = hastyHost();
  const dump = ['sh', '-c', `until test -e ${join(service.folder, 'running')}; do sleep 0.1; done; echo dump`];
  const spec = service.spec({ databases: [{ kind: 'command', name: 'db', dump }] });
  await expect(captureBundle({ host, namespace: 'default', spec })).rejects.toMatchObject({
    code: 'ROTA_BUNDLE_CAPTURE',
    message: expect.stringContaining('started again by its guard'),
  });
  expect(service.running()).toBe(true);
  expect(await openStore(host, 'default').list()).toEqual([]);
});

test.each([
  [0, undefined, false],
  [0, 'user', true],
  [0, 'system', false],
  [1000, undefined, true],
  [1000, 'system', false],
] as const)('of user %d and a service of %s, the guard is for the manager of the user: %s', async (uid, scope, isUser) => {
  service.start();
  const plain = service.host();
  const asked: (readonly string[])[] = [];
  const host = service.host(nodeFiles, {
    user: { ...plain.user, uid },
    run: async (request) => {
      if (request.file === 'systemd-run') asked.push(request.args);
      return await plain.run(request);
    },
  });
  const spec = service.spec();
  const services = spec.services.map((one) => (scope === undefined ? one : { ...one, scope }));
  await captureBundle({ host, namespace: 'default', spec: { ...spec, services } });
  expect(asked.map((args) => args.includes('--user'))).toEqual([isUser]);
});

test('in a unit that would end the guard, nothing is stopped', async () => {
  service.start();
  const work = join(service.folder, 'work');
  mkdirSync(work);
  const host = service.host(nodeFiles, { env: { ...process.env, INVOCATION_ID: 'a'.repeat(32) } });
  await expect(beginDowntime(host, service.spec(), work, { guardMs: 600_000, freeze: false })).rejects.toMatchObject({
    code: 'ROTA_BUNDLE_HOOK',
    message: expect.stringContaining('Nothing was stopped'),
  });
  expect(service.running()).toBe(true);
  expect(existsSync(join(work, 'downtime.json'))).toBe(false);
});

test('in such a unit, what stands still already is started all the same', async () => {
  const work = join(service.folder, 'work');
  mkdirSync(work);
  const host = service.host(nodeFiles, { env: { ...process.env, INVOCATION_ID: 'a'.repeat(32) } });
  const downtime = await beginDowntime(host, service.spec(), work, { guardMs: 600_000, freeze: false, alsoWake: ['app'] });
  expect(downtime.guard).toBe('process');
  await downtime.end();
  expect(service.running()).toBe(true);
});
