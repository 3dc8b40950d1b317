import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandPart, repositoryRoot, requirePart, temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';
import { sshServer } from '../../../../packages/core/src/bundle/store/sshd.test-support.ts';
import { cliWorkplace, manifest } from '../testing/cli-workplace.ts';
import { expectSchema } from '../testing/expect-schema.ts';

requirePart(commandPart('sshd', 'openssh-server'), commandPart('ssh', 'openssh-client'))(
  'a service moves over a real sshd',
  () => {
    test('what a move would do, and that it cannot be done, is data of the schema', { timeout: 240_000 }, async () => {
      const there = temporaryFolder();
      const server = await sshServer({ HOME: there, ROTA_STATE_DIR: join(there, 'state'), ROTA_MAINTENANCE: 'off' });
      try {
        const { folder, write, call } = cliWorkplace();
        mkdirSync(join(folder, 'data'));
        writeFileSync(join(folder, 'data/note'), 'first\n');
        write(
          'jobs/app.yaml',
          manifest('app', {
            state: {
              roots: [{ name: 'data', path: join(folder, 'data') }],
              stop: [{ unit: 'rota-none.service' }],
              downtimeBudget: '1h',
            },
          }),
        );
        write('jobs.config.yaml', 'manifests: [jobs]\n');
        const migrate = (...args: readonly string[]) => {
          const options = server.options.flatMap((option) => ['--ssh-option', option]);
          return call(['bundle', 'migrate', 'app', server.host, ...options, ...args, '--json']);
        };
        const remote = ['--remote-command', `${process.execPath} ${join(repositoryRoot, 'examples/cli/bin.js')}`];
        const elsewhere = ['--map', `data=${join(there, 'data')}`];
        const foretold = await migrate('--dry-run', ...remote, ...elsewhere);
        expectSchema('bundle', foretold.json());
        // Nobody installed the service there.
        expect(foretold).toMatchObject({ exitCode: 1, stderr: '' });
        const dryRun = {
          entries: 2,
          problems: [expect.stringMatching(/^The unit rota-none\.service /)],
          forecast: { fits: true },
        };
        expect(foretold.json()).toMatchObject({ action: 'migrate', name: 'app', dryRun });
        // The root stands there already: it is the same machine.
        const refused = await migrate('--dry-run', ...remote);
        expectSchema('bundle', refused.json());
        expect(Object(refused.json()).dryRun.problems).toHaveLength(2);
        const missing = await migrate('--dry-run', '--remote-command', '/nowhere/rota', ...elsewhere);
        expectSchema('error', missing.json());
        expect(missing).toMatchObject({ exitCode: 1, stderr: '' });
      } finally {
        await server.stop();
      }
    });
  },
);
