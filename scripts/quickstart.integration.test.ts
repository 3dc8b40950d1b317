import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  exec,
  output,
  type Part,
  repositoryRoot,
  requirePart,
  temporaryFolder,
  testMachine,
  testMachinePart,
  userSystemd,
  userSystemdPart,
} from '@rota/test-support';
import { describe, expect, test } from 'vitest';

const script = join(repositoryRoot, 'scripts/quickstart.mjs');
const env = { ROTA_QUICKSTART: 'as-built' };

const buildPart: Part = {
  name: 'the build',
  present: () => existsSync(join(repositoryRoot, 'examples/cli/dist/main.js')),
  install: 'npm run build',
};

/** As root the test is another user, who must be able to read the checkout: every folder above it is open to all. */
const readableCheckout: Part = {
  name: 'a checkout that every user can read',
  present: () => {
    for (let folder = repositoryRoot; ; folder = dirname(folder)) {
      if ((statSync(folder).mode & 0o005) !== 0o005) return false;
      if (dirname(folder) === folder) return true;
    }
  },
  install: 'clone into a folder that is not private',
};

const tree = async (folder: string): Promise<string> => await output('find', [folder, '-printf', '%P %y %m\n']);

// Ordinary users who linger get systemd without asking; cron runs there too.
const visitors = [
  { user: 'ada', args: [], backend: 'systemd' },
  { user: 'bob', args: ['--backend', 'cron'], backend: 'cron' },
  { user: 'root', args: ['--backend', 'cron'], backend: 'cron' },
];

const everythingOfTheirs = ['-c', 'find "$HOME" -printf "%P %y\\n" | sort; crontab -l 2>&1 || true'];

// All at once: each waits for a full minute.
describe.concurrent('the quickstart', () => {
  requirePart(
    buildPart,
    userSystemdPart,
    readableCheckout,
  )('on a systemd user manager', () => {
    test('plans, applies, waits for the run, shows it, and leaves nothing behind', async () => {
      const user = await userSystemd('rota-quickstart');
      const before = await tree(user.home);
      const result = await user.exec(process.execPath, [script], { env, timeoutMs: 170_000 });
      expect(result, result.stdout).toMatchObject({ exitCode: 0, stderr: '' });
      expect(result.stdout).toContain('1 to create');
      expect(result.stdout).toContain('rota.quickstart.demo.hello.timer:');
      expect(result.stdout).toContain('Nothing to do in namespace quickstart: 1 unchanged.');
      expect(result.stdout).toContain('Hello from a job that Rota installed.');
      expect(result.stdout).toMatch(
        /Done: the job hello was planned, installed on systemd, and ran at \d\d:\d\d UTC\. .*nothing is left/,
      );
      expect(await tree(user.home)).toBe(before);
      expect(await user.output('systemctl', ['--user', 'list-units', '--all', '--no-legend', 'rota.quickstart.*'])).toBe('');
    });
  });

  requirePart(buildPart)('without a scheduler', () => {
    test('runs the job in a process of its own, and leaves nothing behind', async () => {
      const home = temporaryFolder();
      const result = await exec(process.execPath, [script, '--backend', 'embedded'], {
        env: { ...process.env, ...env, HOME: home },
        timeoutMs: 170_000,
      });
      expect(result, result.stdout).toMatchObject({ exitCode: 0, stderr: '' });
      expect(result.stdout).toContain('Hello from a job that Rota installed.');
      expect(result.stdout).toMatch(/installed on embedded, and ran at/);
      expect(await tree(home)).toMatch(/^ d \d+$/);
    });

    test('cleans up when it is interrupted', async () => {
      const home = temporaryFolder();
      const child = spawn(process.execPath, [script, '--backend', 'embedded'], {
        env: { ...process.env, ...env, HOME: home },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let stdout = '';
      let interrupted = false;
      const exitCode = await new Promise((resolve) => {
        child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
          stdout += chunk;
          if (!interrupted && stdout.includes('Waiting for the next full minute')) interrupted = child.kill('SIGINT');
        });
        child.on('close', resolve);
      });
      expect(exitCode, stdout).toBe(130);
      expect(stdout).toContain('Interrupted. Everything that the quickstart had installed was removed.');
      expect(await tree(home)).toMatch(/^ d \d+$/);
    });
  });

  requirePart(buildPart, testMachinePart)('on a booted machine', () => {
    test('runs the job as an ordinary user and as root, on systemd and on cron, and leaves nothing behind', async () => {
      const machine = await testMachine('quickstart');
      await Promise.all(
        visitors.map(async ({ user, args, backend }) => {
          const who = user === 'root' ? {} : { user };
          const before = await machine.output('sh', everythingOfTheirs, who);
          const result = await machine.exec('node', ['/src/scripts/quickstart.mjs', ...args], {
            ...who,
            env: { ROTA_QUICKSTART: 'as-built' },
            timeoutMs: 170_000,
          });
          expect(result, `${user}: ${result.stdout}${result.stderr}`).toMatchObject({ exitCode: 0 });
          expect(result.stdout).toContain('Hello from a job that Rota installed.');
          expect(result.stdout).toMatch(new RegExp(`installed on ${backend}, and ran at`));
          expect(await machine.output('sh', everythingOfTheirs, who), user).toBe(before);
        }),
      );
    });
  });
});
