import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterFile, repositoryRoot, requirePart } from '@rota/test-support';
import { expect, test } from 'vitest';
import { cliWorkplace, manifest } from '../testing/cli-workplace.ts';
import { expectSchema } from '../testing/expect-schema.ts';

const built = {
  name: 'the built command',
  present: existsSync(`${repositoryRoot}examples/cli/dist`) && existsSync(`${repositoryRoot}packages/core/dist/rota-run.cjs`),
  install: 'npm run build',
};

requirePart(built)('rota run-all as the main process of a container', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    'ends its jobs in order at %s, each within its grace, and then itself',
    async (signal) => {
      const { write, call, folder, home } = cliWorkplace();
      const script = (word: string) =>
        `trap 'echo ${word} ended >> ${folder}/out; exit 3' TERM; touch ${folder}/${word}; while :; do sleep 0.1; done`;
      for (const word of ['one', 'two'])
        write(
          `jobs/${word}.yaml`,
          manifest(word, { schedule: undefined, on: 'boot', command: '/bin/sh', args: ['-c', script(word)] }),
        );
      const applied = await call(['apply', 'jobs', '--backend', 'embedded', '--json']);
      expect(applied.exitCode, applied.stdout + applied.stderr).toBe(0);
      const bin = `${repositoryRoot}examples/cli/bin.js`;
      const child = spawn(process.execPath, [bin, 'run-all', '--json'], {
        cwd: folder,
        env: { PATH: process.env.PATH, HOME: home },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      afterFile(() => void child.kill('SIGKILL'));
      let events = '';
      child.stdout.on('data', (chunk) => {
        events += String(chunk);
      });
      const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
      while (child.exitCode === null && (!existsSync(join(folder, 'one')) || !existsSync(join(folder, 'two'))))
        await new Promise((done) => setTimeout(done, 50));
      child.kill(signal);
      expect(await ended).toBe(0);
      for (const line of events.trim().split('\n')) expectSchema('run-all', JSON.parse(line));
      expect(events.match(/"kind":"ended"/g)).toHaveLength(2);
      expect(readFileSync(join(folder, 'out'), 'utf8').trim().split('\n').sort()).toEqual(['one ended', 'two ended']);
      const { runs } = (await call(['history', '--json'])).json();
      expect(runs).toMatchObject([
        { status: 'cancelled', exitCode: 3, trigger: 'event' },
        { status: 'cancelled', exitCode: 3, trigger: 'event' },
      ]);
      expect((await call(['status', '--json'])).json()).toMatchObject({ jobs: [{ state: 'waiting' }, { state: 'waiting' }] });
    },
  );
});
