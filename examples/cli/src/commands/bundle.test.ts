import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleJob, captureBundle, createEvents, createHost, defineBundle } from '@rota/core';
import { expect, test } from 'vitest';
import { cliWorkplace, manifest } from '../testing/cli-workplace.ts';
import { expectSchema } from '../testing/expect-schema.ts';

test('the life of a bundle: captured, listed, verified, drilled, compared, restored, pruned', async () => {
  const work = cliWorkplace();
  const data = join(work.folder, 'data');
  mkdirSync(data);
  writeFileSync(join(data, 'note'), 'first\n');
  const state = {
    roots: [{ name: 'data', path: data }],
    hooks: { drill: [['sh', '-c', 'grep -q first "$ROTA_ROOT_DATA/note"']] },
    retention: { last: 1 },
  };
  work.write('jobs/app.yaml', manifest('app', { state }));
  work.write('jobs.config.yaml', 'manifests: [jobs]\n');
  const call = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
    const result = await work.call(['bundle', ...args, '--json']);
    expect(result.exitCode, result.stdout).toBe(0);
    const output = result.json();
    expectSchema('bundle', output);
    return output;
  };
  await call('capture', 'app', '--dry-run');
  expect(await call('list')).toMatchObject({ bundles: [] });
  const first = await call('capture', 'app');
  expect(first).toMatchObject({ outcome: 'ok', bundle: { entries: 2 } });
  expect(await call('verify', 'app', '--level', '2')).toMatchObject({ checks: [{ level: 0 }, { level: 1 }, { level: 2 }] });
  expect(await call('drill', 'app')).toMatchObject({ level: 4 });
  expect(await call('list', 'acme/app')).toMatchObject({ bundles: [{ verified: { level: 4 } }] });
  expect(await call('inspect', 'app')).toMatchObject({ entries: [{ name: 'data/data' }, { name: 'data/data/note' }] });

  writeFileSync(join(data, 'note'), 'second\n');
  const { id } = Object(first.bundle);
  await call('capture', 'app');
  expect(await call('diff', 'app', id)).toMatchObject({ differences: [{ name: 'data/data/note', change: 'content' }] });
  await call('restore', 'app', id, '--dry-run');
  expect(readFileSync(join(data, 'note'), 'utf8')).toBe('second\n');
  await call('restore', 'app', id, '--into', 'elsewhere');
  expect(readFileSync(join(work.folder, 'elsewhere', 'data', 'note'), 'utf8')).toBe('first\n');
  await call('restore', 'app', id, '--discard-previous');
  expect(readFileSync(join(data, 'note'), 'utf8')).toBe('first\n');
  // One is the newest, the other the best proven.
  expect(await call('prune', 'app')).toMatchObject({ decisions: [{ keep: true }, { keep: true }] });
});

test.each([
  ['capture', 'app'],
  ['capture', 'app', '--dry-run'],
  ['verify', 'app'],
  ['restore', 'app', 'latest', '--yes'],
])('bundle %s %s %s that is interrupted ends with 1, and says that it was', async (...args) => {
  const work = cliWorkplace();
  const data = join(work.folder, 'data');
  mkdirSync(data);
  for (let name = 0; name < 600; name += 1) writeFileSync(join(data, `f${name}`), '');
  work.write('jobs/app.yaml', manifest('app', { state: { roots: [{ name: 'data', path: data }] } }));
  work.write('jobs.config.yaml', 'manifests: [jobs]\n');
  if (args[0] !== 'capture') expect((await work.call(['bundle', 'capture', 'app'])).exitCode).toBe(0);
  const call = (...more: readonly string[]) => work.call(['bundle', ...args, ...more], { signal: AbortSignal.abort() });
  const told = await call('--json');
  expectSchema('error', told.json());
  expect(told).toMatchObject({ exitCode: 1 });
  expect(told.json()).toMatchObject({ error: { code: 'ROTA_INTERRUPTED' } });
  expect((await call()).stderr).toMatch(/interrupted/i);
});

test('what is not built, not known or not declared says so', async () => {
  const work = cliWorkplace();
  work.write('jobs.config.yaml', 'manifests: [jobs]\n');
  work.write('jobs/app.yaml', manifest('app'));
  const code = async (...args: readonly string[]) => Object((await work.call(['bundle', ...args, '--json'])).json().error).code;
  expect(await code('migrate', 'app')).toBe('ROTA_USAGE');
  expect(await code('captrue', 'app')).toBe('ROTA_USAGE');
  expect(await code('capture', 'app')).toBe('ROTA_BUNDLE_UNDECLARED');
  const stores = [{ kind: 'ssh', host: 'nobody@127.0.0.1', options: ['Port=1'], path: '/srv/bundles' }];
  work.write('jobs/app.yaml', manifest('app', { state: { roots: [{ name: 'data', path: work.folder }], stores } }));
  expect(await code('capture', 'app')).toBe('ROTA_BUNDLE_STORE');
});

test('validate tells what is wrong with a declared state, with its place', async () => {
  const work = cliWorkplace();
  work.write('jobs.config.yaml', 'manifests: [jobs]\n');
  const roots = [
    { name: 'data', path: '/srv/app' },
    { name: 'sub', path: '/srv/app/sub' },
  ];
  work.write(
    'jobs/app.yaml',
    manifest('app', { state: { roots, stores: [{ kind: 'ssh', host: '-oProxyCommand=x', path: '/b' }] } }),
  );
  const result = await work.call(['validate', '--json']);
  expect(result.exitCode).toBe(1);
  const { issues } = Object(result.json());
  expect(issues).toMatchObject([
    { code: 'ROTA_BUNDLE_DECLARATION', message: expect.stringContaining('overlap'), file: expect.stringContaining('app.yaml') },
    { code: 'ROTA_BUNDLE_DECLARATION', message: expect.stringContaining('is not a host') },
  ]);
});

test('a capture runs as a job like any other, and tells how far it is', async () => {
  const work = cliWorkplace();
  const data = join(work.folder, 'data');
  mkdirSync(data);
  writeFileSync(join(data, 'note'), 'first\n');
  work.write('jobs/app.yaml', manifest('app', { state: { roots: [{ name: 'data', path: data }] } }));
  work.write('jobs.config.yaml', 'manifests: [jobs]\n');
  const config = join(work.folder, 'jobs.config.yaml');
  const schedule = '0 3 * * *';
  const { args = [], command } = bundleJob({ of: { tenant: 'acme', name: 'app' }, action: 'capture', schedule, config });
  expect(command).toBe('rota');
  const instead = bundleJob({ of: { tenant: 'acme', name: 'app' }, action: 'prune', schedule, config, rota: ['node', 'bin.js'] });
  expect(instead).toMatchObject({
    command: 'node',
    args: ['bin.js', 'bundle', 'prune', 'acme/app', '--config', config, '--yes'],
  });
  const result = await work.call([...args, '--json']);
  expect(result.exitCode, result.stdout).toBe(0);
  expect(result.json()).toMatchObject({ action: 'capture', outcome: 'ok' });
});

test('progress reaches the listeners of an instance', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rota-progress-'));
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'data', 'note'), 'x');
  const events = createEvents();
  const phases = new Set<string>();
  events.on('bundle:progress', ({ name, phase }) => void phases.add(`${name} ${phase}`));
  const host = createHost({ stateDir: join(folder, 'state') });
  const spec = await defineBundle({ tenant: 'acme', name: 'app', roots: [{ name: 'data', path: join(folder, 'data') }] });
  await captureBundle({ host, namespace: 'default', spec, events });
  expect([...phases]).toEqual(['app look', 'app read', 'app write', 'app check']);
  rmSync(folder, { recursive: true });
});

test('the bundle of a target says what the target ran as, and another artifact is another bundle', {
  timeout: 300_000,
}, async () => {
  const work = cliWorkplace();
  const data = join(work.folder, 'data');
  mkdirSync(data);
  writeFileSync(join(data, 'note'), 'x\n');
  // What was touched within the last two seconds is captured anew in any case.
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  const deployment = { mode: 'command', host: hostname(), deploy: ['/bin/true'] };
  const web = { name: 'web', attr: { 'x86_64-linux': 'packages.x86_64-linux.web' }, hints: ['web/**'], inputs: [], deployment };
  const targets = [{ ...web, state: { roots: [{ name: 'data', path: data }] } }];
  work.write('jobs.config.json', JSON.stringify({ tenant: 'acme', targets }));
  const artifactOf = async (): Promise<unknown> =>
    Object((await work.call(['bundle', 'inspect', 'web', '--json'])).json().manifest).artifact;
  const mark = (artifact: string) =>
    work.call(['targets', 'mark-deployed', 'web', '--artifact', artifact, '--system', 'x86_64-linux', '--json']);
  const capture = async () => (await work.call(['bundle', 'capture', 'web', '--json'])).json();

  expect(await capture()).toMatchObject({ outcome: 'ok' });
  expect(await artifactOf()).toBeUndefined();
  for (const path of ['/nix/store/one-web', '/nix/store/two-web']) {
    expect((await mark(path)).exitCode).toBe(0);
    expect(await capture()).toMatchObject({ outcome: 'ok' });
    expect(await artifactOf()).toEqual({ system: 'x86_64-linux', path, revision: null });
  }
  // Neither is in a store of nix.
  const packed = await work.call(['bundle', 'capture', 'web', '--with-artifact', '--json']);
  expect(packed.exitCode).toBe(1);
  expect(packed.json()).toMatchObject({ error: { code: 'ROTA_BUNDLE_ARTIFACT' } });
});
