import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { commandPart, cronPart, exec, repositoryRoot, requirePart, rootPart, temporaryFolder } from '@rota/test-support';
import { expect, it } from 'vitest';
import { describeWithDaemon } from '../../../../scripts/oracles/built-daemon.ts';
import { entryContent } from '../entry-content.ts';

const names = [
  'plain',
  'with space',
  "it's",
  '50%',
  '%',
  '\\%',
  '\\\\%x',
  'back\\slash',
  'two\\\\',
  '$HOME',
  '`id`',
  '$(id)',
  ';x',
  'a#b',
  ' #c',
  '"q"',
  '*',
  '~',
  'caf\u00e9 \u2615 \u{1f600}',
  '-n',
  '!x',
  'a&b|c>d<e(f)',
  'tab\there',
  "'%\\'#",
];

const daemons = [
  {
    dialect: 'debian',
    script: 'vixie-cron.sh',
    options: ['-f'],
    describe: requirePart(rootPart, cronPart, commandPart('cc', 'gcc')),
  },
  { dialect: 'cronie', script: 'cronie.sh', options: [], describe: describeWithDaemon('cronie') },
  { dialect: 'busybox', script: 'busybox-crond.sh', options: [], describe: describeWithDaemon('busybox-crond') },
] as const;

for (const { dialect, script, options, describe } of daemons) {
  describe(`a line, as the daemon and the shell read it on ${dialect}`, () => {
    it('starts the launcher with the launch file, wherever they are', async () => {
      const folder = temporaryFolder();
      const out = join(folder, 'out');
      const table = names.map((name, index) => {
        const launcher = join(folder, name, 'bin', 'rota-run');
        mkdirSync(dirname(launcher), { recursive: true });
        writeFileSync(launcher, `#!/bin/sh\nprintf '%s\\n' "$#" "$0" "$1" > '${out}-${index}'\n`, { mode: 0o700 });
        const launchFile = join(folder, name, 'launch', `${name}.json`);
        const job = { tenant: 'acme', name: `j${index}` };
        return entryContent({ job, dialect, lines: [{ fields: '5 0 * * *' }], launcher, launchFile, active: true, basis: [] })
          .content;
      });
      const file = join(folder, 'table');
      writeFileSync(file, table.join(''));
      const start = Date.UTC(2026, 5, 1) / 1000;
      const result = await exec(
        `${repositoryRoot}scripts/oracles/${script}`,
        [...options, 'UTC', String(start), String(start + 900), file],
        {
          env: { ...process.env, ROTA_ORACLE_RUN: `${repositoryRoot}scripts/oracles/virtual-date.mjs` },
        },
      );
      expect(result.exitCode).toBe(0);
      for (const [index, name] of names.entries()) {
        const found = existsSync(`${out}-${index}`) ? readFileSync(`${out}-${index}`, 'utf8') : 'not started';
        expect(found, name).toBe(
          `1\n${join(folder, name, 'bin', 'rota-run')}\n${join(folder, name, 'launch', `${name}.json`)}\n`,
        );
      }
    });
  });
}
