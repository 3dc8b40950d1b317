import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attemptDeclaration, createHost } from '@rota/core';
import { temporaryFolder } from '@rota/test-support';
import { expect, onTestFinished, test, vi } from 'vitest';
import { chezmoiJj } from './plugin.ts';

const matrix = { homeserver: 'https://matrix.example.org', room: '!abc:example.org', token: '${MATRIX_TOKEN}' };

/** The plugin as a config has it; the config is a file, so its options go there as JSON. */
async function declared(options: object, job: object | undefined = undefined) {
  const folder = temporaryFolder();
  vi.stubGlobal(Symbol.for('rota.test.chezmoi'), chezmoiJj);
  onTestFinished(() => void vi.unstubAllGlobals());
  const plugin = `globalThis[Symbol.for('rota.test.chezmoi')](${JSON.stringify(options)})`;
  const jobs = JSON.stringify(job === undefined ? [] : [job]);
  writeFileSync(join(folder, 'jobs.config.mjs'), `export default { tenant: 'home', plugins: [${plugin}], jobs: ${jobs} };`);
  const host = createHost({ user: { name: 'ada', uid: 1000, home: folder }, env: { HOME: folder }, hostname: 'here' });
  const { issues, declaration } = await attemptDeclaration(host, { cwd: folder });
  return { issues, jobs: declaration?.jobs ?? [] };
}

test('one line declares the job, with the defaults of the documentation', async () => {
  const { issues, jobs } = await declared({ enable: true, repoUrl: 'git@example.org:ada/dotfiles.git' });
  expect(issues).toEqual([]);
  expect(jobs).toMatchObject([
    {
      name: 'chezmoi-sync',
      trigger: { kind: 'schedule', expression: '*/15 * * * *', timezone: 'local' },
      persistent: true,
      concurrency: { policy: 'forbid' },
      annotations: { before: 'nix-update' },
    },
  ]);
  expect(jobs[0]?.alerts).toBeUndefined();
});

test('`schedule` and `syncBeforeUpdate` are those of the job, and without `enable` there is none', async () => {
  const { jobs } = await declared({ enable: true, schedule: '0 6 * * *', syncBeforeUpdate: false });
  expect(jobs).toMatchObject([{ trigger: { expression: '0 6 * * *' } }]);
  expect(jobs[0]?.annotations).not.toHaveProperty('before');
  expect((await declared({})).jobs).toEqual([]);
});

test('`alerts` are the channels of the job; the token stays a reference', async () => {
  const alerts = { webhook: '${HOOK}', command: 'mail -s dotfiles ada', desktop: true, matrix };
  const { issues, jobs } = await declared({ enable: true, alerts });
  expect(issues).toEqual([]);
  expect(jobs[0]?.alerts).toMatchObject({
    by: 'job',
    on: ['failure', 'recovery'],
    channels: [
      { kind: 'webhook', url: '${HOOK}' },
      { kind: 'command', command: ['mail', '-s', 'dotfiles', 'ada'] },
      { kind: 'desktop' },
      { kind: 'plugin', name: 'matrix', module: expect.stringMatching(/\/matrix-channel\.js$/), options: matrix },
    ],
  });
});

test('`notify` is also carried by the job, for what the sync cannot tell by itself', async () => {
  const { issues, jobs } = await declared({ enable: true, notify: ['tell', '${it:-now}'] });
  expect(issues).toEqual([]);
  expect(jobs[0]?.alerts).toEqual({
    by: 'job',
    on: ['failure', 'recovery'],
    channels: [{ kind: 'command', command: ['tell', '${it:-now}'], by: 'runner' }],
  });
});

test('any job may name the room, or one of its own, and no job may hold the token itself', async () => {
  const job = { name: 'backup', schedule: '@daily', command: '/bin/true' };
  const told = await declared({ alerts: { matrix } }, { ...job, alerts: { channels: [{ plugin: 'matrix' }] } });
  expect(told.jobs[0]?.alerts?.channels).toMatchObject([{ name: 'matrix', options: matrix }]);
  const channel = { plugin: 'matrix', options: { ...matrix, token: 'syt_literal' } };
  const refused = await declared({}, { ...job, alerts: { channels: [channel] } });
  expect(refused.issues).toMatchObject([{ code: 'ROTA_SECRET_LITERAL', suggestion: '${MATRIX_TOKEN}' }]);
  expect(JSON.stringify(refused.issues)).not.toContain('syt_literal');
});

test.each([
  ['enable', 'yes'],
  ['repoUrl', '--upload-pack=x'],
  ['branch', '-x'],
  ['hostId', ''],
  ['syncBeforeUpdate', 'no'],
  ['autoCommit', 1],
  ['autoPush', 1],
  ['trackNewFiles', 'some'],
  ['allowScripts', 'x'],
  ['propagateDeletes', 'x'],
  ['retries', -1],
  ['timeout', 0],
  ['keepBackups', 0],
  ['schedule', ''],
  ['commitMessage', ''],
  ['statusFile', 'status.json'],
  ['sshKey', 'id_ed25519'],
  ['allowSecrets', 'x'],
  ['notify', []],
  ['users', ['Ada Lovelace']],
  ['users', []],
  ['alerts', { matrix: { ...matrix, token: 'syt_literal' } }],
  ['alerts', { matrix: { ...matrix, room: '#alias:example.org' } }],
  ['alerts', { matrix: { ...matrix, homeserver: 'matrix.example.org' } }],
  ['alerts', { mail: 'ada' }],
])('a wrong `%s` (%j) is refused by its name', async (name, value) => {
  const { issues } = await declared({ enable: true, [name]: value });
  expect(issues).toMatchObject([{ code: 'ROTA_PLUGIN_INVALID', message: expect.stringContaining(`\`${name}`) }]);
  expect(JSON.stringify(issues)).not.toContain('syt_literal');
});

test('a status file that several users would write is refused', async () => {
  const { issues } = await declared({ enable: true, users: ['ada', 'bob'], statusFile: '/run/dotfiles.json' });
  expect(issues).toMatchObject([{ message: expect.stringContaining('`statusFile`') }]);
  expect((await declared({ enable: true, users: ['ada', 'bob'], statusFile: '~/.dotfiles.json' })).issues).toEqual([]);
});
