import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attemptDeclaration, createHost } from '@rota/core';
import { temporaryFolder } from '@rota/test-support';
import { expect, onTestFinished, test, vi } from 'vitest';
import { nixUpdate } from './plugin.ts';
import type { NixUpdateOptions } from './settings/options-schema.ts';
import { readSettings } from './settings/read-settings.ts';

/** The plugin as a config has it; the config is a file, so its options go there as JSON. */
async function declared(options: object, { uid = 0, ring }: { readonly uid?: number; readonly ring?: string } = {}) {
  const folder = temporaryFolder();
  vi.stubGlobal(Symbol.for('rota.test.nix-update'), nixUpdate);
  onTestFinished(() => void vi.unstubAllGlobals());
  writeFileSync(
    join(folder, 'jobs.config.mjs'),
    `export default { tenant: 'home', plugins: [globalThis[Symbol.for('rota.test.nix-update')](${JSON.stringify(options)})] };`,
  );
  mkdirSync(join(folder, '.config/rota'), { recursive: true });
  writeFileSync(join(folder, '.config/rota/host.yaml'), ring === undefined ? '{}\n' : `labels: { ring: ${ring} }\n`);
  const host = createHost({
    user: { name: uid === 0 ? 'root' : 'ada', uid, home: folder },
    env: { HOME: folder },
    hostname: 'here',
  });
  const { issues, plugins, declaration } = await attemptDeclaration(host, { cwd: folder });
  return { issues, plugins, jobs: declaration?.jobs ?? [] };
}

test('one line declares the job, with the defaults of the documentation', async () => {
  const { issues, jobs, plugins } = await declared({ enable: true, flakePath: '/etc/nixos' });
  expect(issues).toEqual([]);
  expect(jobs).toMatchObject([
    {
      name: 'nix-update',
      trigger: { kind: 'schedule', expression: '0 2 * * *', timezone: 'local' },
      persistent: true,
      randomizedDelayMs: 1_800_000,
      resources: { memoryMax: '2G', cpuQuota: '50%' },
    },
    { name: 'nix-update-verify', trigger: { kind: 'boot' } },
  ]);
  expect(plugins.flatMap(({ commands }) => commands.flatMap(({ commands: below }) => below.map(({ name }) => name)))).toEqual([
    'update',
    'status',
    'history',
    'check',
    'rollback',
    'reboot-needed',
    'reboot',
    'verify',
    'fleet',
  ]);
});

test('the limits of a run are those of the documentation, unless it is told others', () => {
  const { timeout, activationTimeout, healthGrace, minUptime, maxBuilds, diskThreshold } = readSettings({
    flakePath: '/etc/nixos',
  });
  expect([timeout, activationTimeout, healthGrace, minUptime]).toEqual([30, 10, 2, 30].map((minutes) => minutes * 60_000));
  expect([maxBuilds, diskThreshold]).toEqual([1000, 90]);
  expect(readSettings({ flakePath: '/etc/nixos', timeout: '2h' }).timeout).toBe(7_200_000);
});

test('without `enable` there are commands and no job; a window adds the job that waits for it', async () => {
  expect((await declared({ flakePath: '/etc/nixos' })).jobs).toEqual([]);
  const rebootWindow = { lower: '03:00', upper: '04:30' };
  const { jobs } = await declared({ enable: true, flakePath: '/etc/nixos', rebootWindow, schedule: '15 1 * * 6' });
  expect(jobs.map(({ name, trigger }) => [name, 'expression' in trigger ? trigger.expression : trigger.kind])).toEqual([
    ['nix-update', '15 1 * * 6'],
    ['nix-update-reboot', '0 3 * * *'],
    ['nix-update-verify', 'boot'],
  ]);
});

test('an ordinary user is told who may update a machine, and may update a home', async () => {
  const refused = await declared({ enable: true, flakePath: '/etc/nixos' }, { uid: 1000 });
  expect(refused.issues).toMatchObject([{ severity: 'error', message: expect.stringContaining('needs root') }]);
  const home = await declared({ enable: true, system: 'home-manager', flakePath: '/home/ada/conf' }, { uid: 1000 });
  expect([home.issues, home.jobs.map(({ name }) => name)]).toEqual([[], ['nix-update']]);
});

test.each<[object, RegExp]>([
  [{}, /flakePath/],
  [{ flakePath: 'nixos' }, /absolute path/],
  [{ flakePath: '/x', shedule: '02:00' }, /shedule/],
  [{ flakePath: '/x', schedule: '25:00' }, /HH:MM/],
  [{ flakePath: '/x', minUptime: 'soon' }, /minUptime.*duration/],
  [{ flakePath: '/x', rebootWindow: { lower: '2:00', upper: '05:00' } }, /time of day/],
  [{ flakePath: '/x', healthChecks: [{ htpp: 'x' }] }, /healthChecks/],
  [{ flakePath: '/x', diskThreshold: 120 }, /from 1 to 100/],
  [{ flakePath: '/x#y' }, /flakePath.*without "#"/],
  [{ flakePath: '/x', configuration: 'a".b' }, /configuration.*without quotes/],
  [{ flakePath: '/x', inputs: ['--impure'] }, /inputs.*name of an input/],
  [{ flakePath: '/x', fleet: { repository: '--upload-pack=x' } }, /repository.*begins with "-"/],
  [{ flakePath: '/x', fleet: { repository: '/f', branch: 'a:b' } }, /branch.*git takes/],
  [{ flakePath: '/x', fleet: { repository: '/f', branch: 'a..b' } }, /branch.*git takes/],
  [{ flakePath: '/x', rebootMessage: '-c' }, /rebootMessage.*begins with "-"/],
  [{ flakePath: '/x', timeout: '30d' }, /timeout.*at most 7d/],
  [{ flakePath: '/x', rings: [{ name: 'canary' }] }, /`rings`.*no `fleet` says where.*fleet: \{ repository/],
  [{ flakePath: '/x', fleet: { repository: '/f' }, rings: [{ name: 'a' }, { name: 'a' }] }, /two rings are called "a"/],
  [{ flakePath: '/x', fleet: { repository: '/f', ring: 'b' }, rings: [{ name: 'a' }] }, /no ring "b"; there are a/],
  [{ flakePath: '/x', fleet: { repository: '/f', ring: 'b' } }, /there are no rings/],
])('the options %j are refused by name', async (options, message) => {
  expect((await declared({ enable: true, ...options })).issues).toMatchObject([{ message: expect.stringMatching(message) }]);
  expect(() => readSettings(options as NixUpdateOptions)).toThrow(message);
});

test('the label of the host file chooses the ring; one that does not exist is refused, and without rings it means nothing here', async () => {
  const fleet = { repository: '/srv/fleet.git' };
  const rings = [{ name: 'canary', schedule: '01:00' }, { name: 'rest' }];
  const options = { enable: true, flakePath: '/etc/nixos', fleet };
  expect((await declared({ ...options, rings }, { ring: 'canary' })).jobs[0]).toMatchObject({
    trigger: { expression: '0 1 * * *' },
  });
  expect((await declared({ ...options, rings }, { ring: 'rest' })).jobs[0]).toMatchObject({
    trigger: { expression: '0 2 * * *' },
  });
  // Without a label it is the first.
  expect((await declared({ ...options, rings })).jobs[0]).toMatchObject({ trigger: { expression: '0 1 * * *' } });
  const { issues } = await declared({ ...options, rings }, { ring: 'canari' });
  expect(issues).toMatchObject([{ message: expect.stringMatching(/no ring "canari"; there are canary, rest\..*label `ring`/) }]);
  expect((await declared(options, { ring: 'canary' })).issues).toEqual([]);
});

test('who is told of a failed update is told by the runner when the update could not begin', async () => {
  const notify = { webhook: 'https://hooks.example.org/x', command: ['mail', '-s', 'nix', 'ada'] };
  const rebootWindow = { lower: '03:00', upper: '04:30' };
  const { jobs, issues } = await declared({ enable: true, flakePath: '/etc/nixos', notify, rebootWindow });
  expect(issues).toEqual([]);
  const alerts = {
    by: 'job',
    on: ['failure', 'recovery'],
    channels: [
      { kind: 'webhook', url: notify.webhook },
      { kind: 'command', command: notify.command },
    ],
  };
  expect(jobs.map((job) => [job.name, job.alerts])).toEqual([
    ['nix-update', alerts],
    ['nix-update-reboot', alerts],
    ['nix-update-verify', alerts],
  ]);
});
