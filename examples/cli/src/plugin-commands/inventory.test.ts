import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nixUpdate } from '@rota/plugin-nix-update';
import { schemaProblems, temporaryFolder } from '@rota/test-support';
import { expect, onTestFinished, test, vi } from 'vitest';
import { cliWorkplace } from '../testing/cli-workplace.ts';

/** What a host of the fleet has published. */
const report = {
  formatVersion: 1,
  host: 'anna',
  ring: null,
  at: '2026-11-01T02:00:00Z',
  status: 'updated',
  class: null,
  current: null,
  lockDigest: null,
  rebootNeeded: false,
  healthy: [],
  bad: [],
};

test('`rota nix fleet` names the hosts of the inventory that have published nothing', async () => {
  const repository = temporaryFolder();
  mkdirSync(join(repository, 'hosts'));
  writeFileSync(join(repository, 'hosts/anna.json'), JSON.stringify(report));
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@b.c', ...args], { cwd: repository });
  git('init', '--quiet', '--initial-branch=rota-fleet');
  git('add', '.');
  git('commit', '--quiet', '-m', 'Reports');
  const { call, write } = cliWorkplace();
  vi.stubGlobal(Symbol.for('rota.test.inventory'), nixUpdate);
  onTestFinished(() => void vi.unstubAllGlobals());
  write(
    'jobs.config.mjs',
    `export default {
  tenant: 'home',
  hosts: [{ name: 'anna' }, { name: 'bert' }, { name: 'carl' }],
  jobs: [{ name: 'x', on: 'boot', command: 'x' }],
  plugins: [globalThis[Symbol.for('rota.test.inventory')]({ flakePath: '/etc/nixos', fleet: { repository: '${repository}' } })],
};
`,
  );
  const answer = await call(['nix', 'fleet', '--json']);
  expect(answer.json()).toMatchObject({ hosts: [{ host: 'anna' }], silent: ['bert', 'carl'] });
  expect(schemaProblems((await call(['schema', 'nix', 'fleet'])).json(), answer.json())).toBe('');
  expect((await call(['nix', 'fleet'])).stdout).toMatch(/anna .*\n.*has never published: bert, carl/);
});
