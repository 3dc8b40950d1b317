import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cliWorkplace, manifest } from '../testing/cli-workplace.ts';

test('a rollback where nothing was ever applied is an error, and leaves no trace', async () => {
  const { call, home } = cliWorkplace();
  for (const args of [[], ['99'], ['--namespace', 'gone']]) {
    const { exitCode, stderr } = await call(['rollback', ...args]);
    expect(exitCode, args.join(' ')).toBe(1);
    expect(stderr).toContain(`Nothing was ever applied in the namespace \`${args[1] ?? 'default'}\`. Nothing was changed.`);
    expect(stderr).toContain('--namespace');
  }
  expect((await call(['rollback', '99', '--json'])).json()).toMatchObject({ error: { code: 'ROTA_GENERATION_UNKNOWN' } });
  expect(readdirSync(home)).toEqual([]);
});

test('a rollback that has no earlier generation, or not that one, is an error that lists those that are kept', async () => {
  const { call, write } = cliWorkplace();
  write('jobs/a.yaml', manifest('a', {}));
  expect((await call(['apply', 'jobs', '--backend', 'embedded', '--yes'])).exitCode).toBe(0);
  expect(await call(['rollback'])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/no earlier generation to go back to\. Nothing was changed\.[\s\S]*Kept generations: 1/),
  });
  expect(await call(['rollback', '99'])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/no generation 99\. Nothing was changed\.[\s\S]*Kept generations: 1/),
  });
  expect((await call(['generations', '--json'])).json()).toMatchObject({ generations: [{ number: 1 }] });
});

test('what is to be removed is gone already: destroy says so and ends well, and records nothing new', async () => {
  const { call, write } = cliWorkplace();
  expect(await call(['destroy', '--yes', '--namespace', 'gone'])).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining('Nothing was changed in namespace gone.'),
  });
  write('jobs/a.yaml', manifest('a', {}));
  await call(['apply', 'jobs', '--backend', 'embedded', '--yes']);
  for (let time = 0; time < 3; time += 1) expect((await call(['destroy', '--yes'])).exitCode).toBe(0);
  const { generations } = (await call(['generations', '--json'])).json();
  expect(generations).toMatchObject([{ cause: 'apply' }, { cause: 'destroy' }]);
  expect((await call(['destroy', '--yes'])).stderr).not.toContain('Namespaces here');
  // A mistyped name leaves everything in place.
  expect((await call(['destroy', '--yes', '--namespace', 'defualt'])).stderr).toContain('Namespaces here: default.');
  expect(await call(['rollback', '--yes', '--json'])).toMatchObject({ exitCode: 0 });
});

test.each([['logs'], ['run'], ['history'], ['status']])('%s of a job that is not installed is an error', async (command) => {
  const { call } = cliWorkplace();
  expect(await call([command, 'backup'])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('No job `backup` is installed in the namespace `default`.'),
  });
});

test.each([
  ['history', 'No run is recorded.'],
  ['status', 'Nothing is installed in namespace default.'],
  ['generations', 'Nothing was applied yet in namespace default.'],
])('%s of a machine without jobs says that there are none, and ends well', async (command, sentence) => {
  const { call } = cliWorkplace();
  expect(await call([command])).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(sentence) });
});
