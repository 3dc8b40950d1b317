import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repositoryRoot, requirePart, temporaryFolder, type UserSystemd, userSystemd, userSystemdPart } from '@rota/test-support';
import { expect, test } from 'vitest';
import { manifest } from '../testing/cli-workplace.ts';
import { expectSchema } from '../testing/expect-schema.ts';
import { argumentsOf, pageBlocks } from '../testing/page.ts';

const buildPart = {
  name: 'the build',
  present: () => existsSync(join(repositoryRoot, 'examples/cli/dist/main.js')),
  install: 'npm run build',
};

/** A folder and a state of the user's own, and the built command in it. */
async function workplaceOf(user: UserSystemd) {
  const folder = temporaryFolder({ owner: user });
  const env = { ROTA_STATE_DIR: join(folder, 'state') };
  return {
    folder,
    write(name: string, content: string): void {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
      if (process.getuid?.() === 0) for (const made of [dirname(path), path]) chownSync(made, user.uid, user.gid);
    },
    rota: (...args: readonly string[]) =>
      user.exec(process.execPath, [join(repositoryRoot, 'examples/cli/bin.js'), ...args], {
        cwd: folder,
        env,
        timeoutMs: 120_000,
      }),
  };
}

requirePart(buildPart, userSystemdPart)('the command on a systemd user manager', () => {
  test('the plan that the README shows is what a plan prints', async () => {
    const { write, rota } = await workplaceOf(await userSystemd('rota-cli'));
    const blocks = pageBlocks('README.md');
    for (const { kind, subject, text } of blocks) if (kind === 'file') write(subject, text);
    const block = blocks.find(({ kind, subject }) => kind === 'output' && subject.startsWith('rota plan'));
    const { stdout } = await rota(...argumentsOf(block?.subject ?? ''), '--namespace', 'readme');
    expect(stdout).toContain(block?.text ?? 'no block');
  });

  test('applies, shows, repairs and removes real timers, and nothing else in the folder changes', async () => {
    const user = await userSystemd('rota-cli');
    const { write, rota } = await workplaceOf(user);
    const units = join(user.home, '.config/systemd/user');
    await user.output('mkdir', ['-p', units]);
    await user.output('sh', ['-c', `printf '[Timer]\\nOnCalendar=daily\\n' > "$0/stranger.timer"`, units]);
    const before = readFileSync(join(units, 'stranger.timer'), 'utf8');
    write('jobs/backup.yaml', manifest('backup', { command: '/bin/echo', args: ['backed up'] }));
    write('jobs/poll.yaml', manifest('poll', { schedule: '*/5 * * * *', timezone: 'Europe/London' }));
    const json = async (name: string, args: readonly string[], exitCode = 0): Promise<Record<string, unknown>> => {
      const result = await rota(name, ...args, '--namespace', 'clitest', '--json');
      expect(result.exitCode, `${name}: ${result.stdout}${result.stderr}`).toBe(exitCode);
      const output = JSON.parse(result.stdout);
      expectSchema(name, output);
      return output;
    };
    try {
      await json('plan', ['jobs', '--backend', 'systemd', '--detailed-exitcode'], 2);
      await json('apply', ['jobs', '--backend', 'systemd']);
      // The backend is recorded now.
      expect(await json('plan', ['jobs', '--detailed-exitcode'])).toMatchObject({
        backend: 'systemd',
        summary: { unchanged: 2, create: 0 },
      });
      expect(await user.output('systemctl', ['--user', 'is-active', 'rota.clitest.acme.poll.timer'])).toBe('active');
      expect(await json('run', ['backup'])).toMatchObject({ run: { status: 'success', exitCode: 0 } });
      expect(await json('status', ['backup'])).toMatchObject({
        jobs: [
          {
            backend: 'systemd',
            state: 'waiting',
            fidelity: 'exact',
            nextRun: expect.stringMatching(/T02:00:00Z$/),
            lastRun: { status: 'success' },
          },
        ],
      });
      expect(await json('logs', ['backup'])).toMatchObject({ log: expect.stringContaining('backed up') });

      const timer = join(units, 'rota.clitest.acme.poll.timer');
      await user.output('sed', ['-i', 's/^OnCalendar=.*/OnCalendar=daily/', timer]);
      expect(await json('plan', ['jobs', '--detailed-exitcode'])).toMatchObject({
        changes: [{}, { action: 'none', drift: { kind: 'edited' } }],
      });
      await json('apply', ['jobs', '--repair']);
      expect(readFileSync(timer, 'utf8')).not.toContain('OnCalendar=daily');

      // A job that is no longer declared loses its timer; the other stays.
      expect(await json('apply', ['jobs/poll.yaml', '--take-over'])).toMatchObject({
        changes: [{ action: 'delete', name: 'backup' }],
      });
      expect(readdirSync(units).filter((name) => name.includes('clitest.acme.backup'))).toEqual([]);
      expect(await json('rollback', [])).toMatchObject({ changes: [{ action: 'create', name: 'backup' }] });
      expect((await json('generations', [])).generations).toHaveLength(4);
      // Without linger no timer runs while the user is logged out, and the doctor says so.
      await json('doctor', [], existsSync(`/var/lib/systemd/linger/${user.user}`) ? 0 : 1);
    } finally {
      await json('destroy', []);
    }
    expect(readdirSync(units).filter((name) => name.startsWith('rota.clitest'))).toEqual([]);
    expect(readFileSync(join(units, 'stranger.timer'), 'utf8')).toBe(before);
  });
});
