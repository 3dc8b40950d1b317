import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot, requirePart, temporaryFolder, userSystemd, userSystemdPart } from '@rota/test-support';
import { expect, test } from 'vitest';

const bin = join(repositoryRoot, 'examples/cli/bin.js');
const buildPart = {
  name: 'the build',
  present: () => existsSync(join(repositoryRoot, 'examples/cli/dist/main.js')),
  install: 'npm run build',
};

requirePart(buildPart, userSystemdPart)('a repository on a systemd user manager', () => {
  test('is kept to by a timer of Rota, follows a rename without a second timer, and maintenance runs from its own', async () => {
    const user = await userSystemd('rota-cli-sync');
    const folder = temporaryFolder({ owner: user });
    const repo = join(folder, 'repo');
    const env = { ROTA_STATE_DIR: join(folder, 'state') };
    const rota = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
      const result = await user.exec(process.execPath, [bin, ...args, '--json'], { cwd: folder, env, timeoutMs: 120_000 });
      expect(result.exitCode, `rota ${args.join(' ')}: ${result.stdout}${result.stderr}`).toBe(0);
      return JSON.parse(result.stdout);
    };
    const push = async (name: string, moved = ''): Promise<void> => {
      const job = `jobs: [{name: ${name}, tenant: acme, schedule: '30 2 * * *', timezone: Europe/London, command: /bin/true}]`;
      await user.output('sh', ['-c', 'printf "%s\\n%s\\n" "$1" "$2" > jobs.config.yaml', 'sh', moved, job], { cwd: repo });
      const git = (...args: string[]) =>
        user.output('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], { cwd: repo });
      await git('add', '--all');
      await git('commit', '--quiet', '-m', name);
    };
    await user.output('git', ['init', '--quiet', '--initial-branch=main', repo]);
    await push('old');
    const units = join(user.home, '.config/systemd/user');
    const timers = () => readdirSync(units).filter((name) => /^rota\.(synctest|rota|rota-sync)\..*\.timer$/.test(name));
    const all = ['--namespace', 'synctest'];
    try {
      const synced = await rota('sync', '--repo', repo, ...all, '--backend', 'systemd', '--install');
      expect(synced).not.toHaveProperty('maintenanceProblem');
      expect(timers()).toEqual([
        'rota.rota-sync.rota.synctest.timer',
        'rota.rota.rota.maintenance.timer',
        'rota.synctest.acme.old.timer',
      ]);
      await rota('run', 'old', ...all);

      await push('new', 'moved: [{from: acme/old, to: acme/new}]');
      // What the timer of Rota would start, started now, by systemd and with nothing of this environment.
      expect(await rota('run', 'synctest', '--namespace', 'rota-sync')).toMatchObject({ run: { status: 'success' } });
      expect(timers()).toEqual([
        'rota.rota-sync.rota.synctest.timer',
        'rota.rota.rota.maintenance.timer',
        'rota.synctest.acme.new.timer',
      ]);
      expect(await user.output('systemctl', ['--user', 'is-active', 'rota.synctest.acme.new.timer'])).toBe('active');
      expect((await rota('history', 'new', ...all)).runs).toMatchObject([{ name: 'new', status: 'success', trigger: 'manual' }]);

      expect(await rota('run', 'maintenance', '--namespace', 'rota')).toMatchObject({ run: { status: 'success' } });
      expect(await rota('status', ...all)).toMatchObject({
        jobs: [{ name: 'new', state: 'waiting' }],
        maintenance: { ok: true },
        sync: { repo, outcome: 'applied', error: null, revision: { subject: 'new' } },
      });
    } finally {
      await rota('sync', '--uninstall', ...all);
      await rota('destroy', ...all);
    }
    expect(timers()).toEqual([]);
  });
});
