import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cronPart, exec, repositoryRoot, requirePart, rootPart, temporaryFolder } from '@rota/test-support';
import { expect, it } from 'vitest';
import { readTable } from './crontab-program/read-table.ts';
import { privateCrontab } from './private-crontab.test-support.ts';
import { sampleArtifact } from './sample-entry.test-support.ts';

const built = {
  name: 'the built packages',
  present: existsSync(`${repositoryRoot}packages/backend-cron/dist/index.js`),
  install: 'npm run build',
};

/** A Rota of its own: adds its entry and takes it away, again and again, and leaves it there at the end. */
const editor = `
  import { createHost } from '@rota/core';
  import { cron } from '@rota/backend-cron';
  const [program, stateDir, namespace, artifact] = process.argv.slice(1);
  const real = createHost({ stateDir });
  const host = { ...real, run: (request) => real.run({ ...request, file: program, args: [request.file, ...request.args] }) };
  const create = { tenant: 'acme', name: 'a', before: null, after: JSON.parse(artifact), handledUntil: 0 };
  const remove = { ...create, before: create.after, after: null };
  const apply = (change) => cron().apply(host, { namespace, changes: [change], dialect: { name: 'debian' } });
  for (let round = 0; round < 6; round++) {
    await apply(create);
    if (round < 5) await apply(remove);
  }`;

requirePart(
  rootPart,
  cronPart,
  built,
)('two processes that edit one crontab at once', () => {
  it('lose nothing of each other, nor of what a person wrote', async () => {
    const crontab = await privateCrontab();
    const host = crontab.host('root');
    const theirs = '# mine\n0 1 * * *  mine   # caf\u00e9\n@reboot also mine\n';
    await host.run({ file: 'crontab', args: ['-'], input: theirs });
    const folder = temporaryFolder();
    const program = crontab.programInside(join(folder, 'inside'));
    const names = ['one', 'two', 'three'];
    const results = await Promise.all(
      names.map((namespace) =>
        exec(
          process.execPath,
          ['--input-type=module', '-e', editor, program, join(folder, 'state'), namespace, JSON.stringify(sampleArtifact('a'))],
          { cwd: repositoryRoot, timeoutMs: 150_000 },
        ),
      ),
    );
    expect(results.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(names.map(() => [0, '']));
    const text = Buffer.from((await readTable(host)).text, 'latin1').toString();
    for (const name of names) expect(text.split(`# BEGIN rota ${name}\n`)).toHaveLength(2);
    expect(text.replaceAll(/# BEGIN rota \w+\n[\s\S]*?# END rota \w+\n/g, '')).toBe(theirs);
  });
});
