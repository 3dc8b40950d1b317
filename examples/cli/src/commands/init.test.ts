import { chmodSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createHost } from '@rota/core';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { cliWorkplace } from '../testing/cli-workplace.ts';
import { expectSchema } from '../testing/expect-schema.ts';

/** A person on a terminal of a machine with this crontab and nothing else. */
function workplace(table: string, answers: string[] = []) {
  const place = cliWorkplace();
  place.write('.bin/table', table);
  const crontab = place.write(
    '.bin/crontab',
    `#!/bin/sh\n[ "$1" = -l ] && exec cat '${join(place.folder, '.bin/table')}'\nexit 1\n`,
  );
  chmodSync(crontab, 0o755);
  const { run } = createHost();
  const missing = '/nothing/of/this/machine';
  const host = {
    timezone: 'Europe/Berlin',
    user: { name: 'ann', uid: 4242, home: place.home },
    run: (request: Parameters<typeof run>[0]) => run({ ...request, file: request.file === 'crontab' ? crontab : missing }),
  };
  const asked: string[] = [];
  const terminal = {
    host,
    inIsTerminal: true,
    errIsTerminal: true,
    ask: async (question: string) => {
      asked.push(question);
      return answers.shift() ?? '';
    },
  };
  return { ...place, asked, typed: (...args: readonly string[]) => place.call(['init', ...args], terminal) };
}

const read = (...path: readonly string[]): string => readFileSync(join(...path), 'utf8');
const table = '30 2 * * * /opt/backup --all\n0 4 * * 1 /opt/report\n';

test('on a terminal it asks format, tenant and first schedule, and says what the defaults are', async () => {
  const { typed, folder, asked } = workplace('', ['', 'home-lab', '15 4 * * *']);
  expect((await typed()).exitCode).toBe(0);
  expect(asked).toEqual([
    'Config in TypeScript (ts) or YAML (yaml)? [ts] ',
    'Who do the jobs belong to (tenant)? [home] ',
    'When should the first job run (cron)? [0 2 * * *] ',
  ]);
  const text = read(folder, 'jobs.config.ts');
  expect(text).toContain("tenant: 'home-lab'");
  expect(text).toContain("schedule: '15 4 * * *'");
});

test('an answer that cannot be is asked again, with the reason', async () => {
  const { typed, folder, asked } = workplace('', ['yml', 'yaml', 'Big Corp', 'big-corp', '0 2 * *', '']);
  const { exitCode, stderr } = await typed();
  expect(exitCode).toBe(0);
  expect(asked).toHaveLength(6);
  expect(stderr).toContain('not as `yml`');
  expect(stderr).toContain('`Big Corp` cannot be a tenant');
  expect(stderr).toContain('Expected five fields');
  expect(read(folder, 'jobs.config.yaml')).toContain('tenant: big-corp');
});

test('with --yes it asks nothing', async () => {
  const { typed, folder, asked } = workplace(table);
  expect((await typed('--yes')).exitCode).toBe(0);
  expect(asked).toEqual([]);
  expect(read(folder, 'jobs.config.ts')).toContain("schedule: '0 2 * * *'");
});

test('it starts from what runs on the machine when somebody says yes', async () => {
  const { typed, folder, asked, call } = workplace(table, ['yaml', 'acme', 'y']);
  const { exitCode, stderr } = await typed();
  expect(exitCode).toBe(0);
  expect(asked[2]).toBe('2 jobs of other tools run here. Start from them? [yes] ');
  expect(stderr).toContain('rota plan --adopt');
  expect(read(folder, 'jobs/backup.yaml')).toContain('tenant: acme');
  // They may hold passwords.
  expect(statSync(join(folder, 'jobs/report.yaml')).mode & 0o777).toBe(0o600);
  expect((await call(['validate', '--json'])).json()).toMatchObject({ ok: true, jobs: 2 });
});

test('--import starts from it without a question, in TypeScript too', async () => {
  const { typed, folder, call } = workplace(table);
  const made = await typed('--import', '--tenant', 'acme', '--json');
  expectSchema('init', made.json());
  expect(made.json()).toMatchObject({ imported: 2 });
  expect(read(folder, 'jobs.config.ts')).toContain("name: 'backup'");
  expect((await call(['validate', '--json'])).json()).toMatchObject({ ok: true, jobs: 2 });
});

test('--import where nothing can be imported says so, and writes a first job', async () => {
  const { typed, folder } = workplace('# nothing\n');
  expect((await typed('--import', '--yes')).stderr).toContain('rota import --list');
  expect(read(folder, 'jobs.config.ts')).toContain("name: 'hello'");
});

test('files in YAML name the schema by which an editor completes and checks them', async () => {
  const { typed, folder } = workplace('');
  expect((await typed('--format', 'yaml', '--yes')).exitCode).toBe(0);
  for (const name of ['jobs.config.yaml', 'jobs/hello.yaml']) {
    const text = read(folder, name);
    const schema = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text)?.[1] ?? '';
    const path = join(folder, dirname(name), schema);
    expect(existsSync(path), path).toBe(true);
    const validate = new Ajv({ allowUnionTypes: true }).compile(JSON.parse(readFileSync(path, 'utf8')));
    expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...parse(text), $schema: schema })).toBe(true);
    expect(validate({ ...parse(text), shedule: 'x' })).toBe(false);
  }
});

test('where a config stands already, nothing is asked', async () => {
  const { typed, write, asked } = workplace('', ['', '', '']);
  write('jobs.config.ts', 'export default {};\n');
  const { exitCode, stderr } = await typed();
  expect({ exitCode, asked }).toEqual({ exitCode: 1, asked: [] });
  expect(stderr).toMatch(/^error: jobs\.config\.ts exists already in .*\n {2}Repeat with --force/);
});

test.each([
  [['--tenant', 'My Lab'], 'ROTA_USAGE'],
  [['--format', 'toml'], 'ROTA_USAGE'],
])('%j is refused and nothing is written', async (args, code) => {
  const { typed, folder } = workplace('');
  expect((await typed(...args, '--json')).json().error).toMatchObject({ code });
  expect(existsSync(join(folder, 'jobs.config.ts'))).toBe(false);
});

test.each([
  ['jobs.config.mjs', 'ts'],
  ['jobs.config.ts', 'yaml'],
])('with %s there, no second config of the format %s is put beside it', async (name, format) => {
  const { write, call, folder } = cliWorkplace();
  write(name, 'export default {};\n');
  const { exitCode, stderr } = await call(['init', '--yes', '--force', '--format', format]);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`${name} exists already in ${folder}, and only one config is read.`);
  expect(readdirSync(folder)).toEqual([name]);
});
