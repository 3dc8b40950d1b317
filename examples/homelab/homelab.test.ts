import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandPart, exec, repositoryRoot, requirePart, temporaryFolder } from '@rota/test-support';
import { beforeAll, expect, test } from 'vitest';
import { rotaProcess } from '../cli/src/testing/rota-process.ts';

const root = temporaryFolder();
const rota = rotaProcess(join(repositoryRoot, 'examples/homelab'), { HOMELAB_ROOT: root, HOMELAB_APP: root });
const json = async (...args: readonly string[]) => {
  const { exitCode, stdout, stderr } = await rota([...args, '--json']);
  expect(exitCode, stdout + stderr).toBe(0);
  const answer: Record<string, unknown> = JSON.parse(stdout);
  return answer;
};

beforeAll(() => {
  for (const folder of ['grafana/png', 'home-assistant/.storage', 'prometheus/snapshots'])
    mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'grafana', 'grafana.ini'), '[server]\n');
  writeFileSync(join(root, 'grafana', 'png', 'panel.png'), 'not worth a backup');
});

test('is valid, also on a host that wants the Nix update and the dotfiles', async () => {
  expect(await json('validate')).toMatchObject({ ok: true, jobs: 7 });
  const hostFile = join(root, 'host.yaml');
  writeFileSync(hostFile, 'hostname: tower\nlabels: {nix: "yes", dotfiles: "yes"}\n');
  const { jobs } = await json('validate', '--host-file', hostFile);
  expect(Number(jobs)).toBeGreaterThan(7);
  const { stdout } = await rota(['help', 'nix']);
  expect(stdout).toContain('rollback');
});

test('its cron table is planned, and the week ahead is told', async () => {
  const { summary } = await json('plan', '--backend', 'embedded');
  expect(summary).toMatchObject({ create: 7 });
  const { jobs } = await json('simulate', '--from', '2026-03-02', '--to', '2026-03-09');
  expect(jobs).toEqual(expect.arrayContaining([expect.objectContaining({ name: 'send-digests', starts: 5 })]));
});

requirePart(commandPart('sqlite3'))('the state of a service', () => {
  test('is captured with its database, without what can be made again, and proven', async () => {
    const database = join(root, 'grafana', 'grafana.db');
    await exec('sqlite3', [database, "create table dashboard (title text); insert into dashboard values ('House');"]);
    await json('bundle', 'capture', 'grafana');
    const { bundles } = await json('bundle', 'list', 'grafana');
    expect(bundles).toMatchObject([{ tenant: 'home', name: 'grafana', outcome: 'ok' }]);
    expect(await json('bundle', 'verify', 'grafana', '--level', '3')).toMatchObject({ level: 3 });
  });

  test('is captured by its job, which starts elsewhere and finds `rota` where the README puts it', async () => {
    const home = temporaryFolder();
    mkdirSync(join(home, '.local/bin'), { recursive: true });
    symlinkSync(join(repositoryRoot, 'examples/cli/bin.js'), join(home, '.local/bin/rota'));
    const there = rotaProcess(temporaryFolder(), { HOME: home, HOMELAB_ROOT: root, HOMELAB_APP: root });
    const config = ['--config', join(repositoryRoot, 'examples/homelab/jobs.config.ts'), '--json'];
    const applied = await there(['apply', '--backend', 'embedded', ...config]);
    expect(applied.exitCode, applied.stdout + applied.stderr).toBe(0);
    const run = await there(['run', 'grafana', ...config]);
    expect(run.exitCode, run.stdout + run.stderr).toBe(0);
    expect(JSON.parse((await there(['bundle', 'list', 'grafana', ...config])).stdout).bundles).toMatchObject([{ outcome: 'ok' }]);
  });
});
