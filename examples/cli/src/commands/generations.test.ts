import { beforeEach, expect, test } from 'vitest';
import { cliWorkplace } from '../testing/cli-workplace.ts';
import { expectSchema } from '../testing/expect-schema.ts';

let place: ReturnType<typeof cliWorkplace>;
const call = (...args: readonly string[]) => place.call(args);
const config = (jobs: string): string =>
  place.write('jobs.config.yaml', `namespace: mine\ntenant: acme\nbackend: embedded\njobs:\n${jobs}`);
const job = (name: string, more: string): string => `  - {name: ${name}, schedule: "0 2 * * *", command: /bin/true, ${more}}\n`;

beforeEach(async () => {
  place = cliWorkplace();
  config(job('stays', 'timeout: 1h') + job('changes', 'timeout: 1h') + job('goes', 'timeout: 1h'));
  expect((await call('apply', '--yes')).exitCode).toBe(0);
  config(job('stays', 'timeout: 1h') + job('changes', 'timeout: 2h') + job('comes', 'timeout: 1h'));
  expect((await call('apply', '--yes')).exitCode).toBe(0);
});

test('what differs between two generations is told, field by field', async () => {
  const told = (await call('generations', '1', '2')).stdout;
  expect(told).toMatch(/ ~ acme\/changes .*\n\s+timeoutMs: 3600000 -> 7200000/);
  expect(told).toMatch(/ \+ acme\/comes /);
  expect(told).toMatch(/ - acme\/goes /);
  expect(told).not.toContain('stays');
  const back = (await call('generations', '2', '1', '--json')).json() as { readonly changes: readonly Record<string, unknown>[] };
  expectSchema('generations', back);
  expect(back).toMatchObject({ namespace: 'mine', generations: [{ number: 2 }, { number: 1 }] });
  expect(back.changes.map(({ action, name }) => `${action} ${name}`)).toEqual(['update changes', 'delete comes', 'create goes']);
  // To what is installed now, where only one is named.
  expect((await call('generations', '1', '--json')).json()).toMatchObject({ generations: [{ number: 1 }, { number: 2 }] });
  const same = await call('generations', '2');
  expect([same.stdout, same.stderr]).toEqual(['', expect.stringContaining('Nothing differs')]);
  const unknown = await call('generations', '7', '--json');
  expect([unknown.exitCode, unknown.json()]).toEqual([
    1,
    { formatVersion: 1, error: expect.objectContaining({ code: 'ROTA_GENERATION_UNKNOWN' }) },
  ]);
});

test('a rollback needs no config that can be read: the one here is known by what it was applied to', async () => {
  config('  - {name: [');
  const back = await call('rollback', '--yes');
  expect([back.exitCode, back.stderr]).toEqual([0, expect.stringContaining('it was last applied to namespace mine')]);
  expect((await call('status', '--json')).json()).toMatchObject({
    jobs: [{ name: 'changes' }, { name: 'goes' }, { name: 'stays' }],
  });
  // What starts or removes something asks which namespace is meant: the config may have another name in it by now.
  for (const command of ['run', 'destroy'])
    expect((await call(command, ...(command === 'run' ? ['stays'] : ['--yes']), '--json')).json()).toMatchObject({
      error: { code: 'ROTA_CONFIG_FAILED' },
    });
  // One that was never applied says nothing of what is meant.
  place.write('elsewhere/jobs.config.yaml', 'jobs: [');
  const strange = await call('rollback', '--yes', '--config', 'elsewhere/jobs.config.yaml', '--json');
  expect(strange.json()).toMatchObject({
    error: { code: 'ROTA_CONFIG_FAILED', suggestions: ['Name the namespace: --namespace default.'] },
  });
});
