import { describe, expect, test } from 'vitest';
import { callCli } from '../testing/call-cli.ts';
import { expectSchema } from '../testing/expect-schema.ts';
import { commandSpecs } from './command-specs.ts';

describe('rota', () => {
  test('without arguments, and with --help, explains itself on standard output', async () => {
    for (const args of [[], ['--help'], ['help']]) {
      const { exitCode, stdout, stderr } = await callCli(args);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout).toContain('Usage: rota');
      for (const { name } of commandSpecs) expect(stdout).toContain(`  ${name} `);
    }
  });

  test.each(commandSpecs.map(({ name }) => name))('help %s has the exit codes and examples', async (name) => {
    const { exitCode, stdout } = await callCli(['help', name]);
    const spec = commandSpecs.find((candidate) => candidate.name === name);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Exit codes: 0 done; 1 error');
    for (const example of spec?.examples ?? []) expect(stdout).toContain(example);
  });

  test('prints its version', async () => {
    expect(await callCli(['--version'])).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  // What a newcomer mistypes, and what helps.
  test.each([
    [['aply'], 'ROTA_USAGE', ['apply']],
    [['satus'], 'ROTA_USAGE', ['status']],
    [['apply', '--dry-rum'], 'ROTA_USAGE', undefined],
    [['plan', '--detailed-exit-code'], 'ROTA_USAGE', ['--detailed-exitcode']],
    [['plan', '--bakend', 'cron'], 'ROTA_USAGE', ['--backend']],
    [['help', 'aply'], 'ROTA_USAGE', ['apply']],
    [['aply', '--help'], 'ROTA_USAGE', ['apply']],
    [['bundle', 'captur', 'a'], 'ROTA_USAGE', ['capture']],
    [['targets', 'bild'], 'ROTA_USAGE', ['build']],
    [['run'], 'ROTA_USAGE', undefined],
    [['logs', 'one', 'two'], 'ROTA_USAGE', undefined],
    [['plan', '-l', 'team'], 'ROTA_USAGE', undefined],
    [['init', '--format', 'toml'], 'ROTA_USAGE', undefined],
    [['explain', 'shedule', '0 2 * * *'], 'ROTA_USAGE', ['schedule']],
    [['explain', 'field', 'retyr'], 'ROTA_FIELD_UNKNOWN', ['retry']],
    [['schema', 'paln'], 'ROTA_USAGE', ['plan']],
    [['completion', 'zhs'], 'ROTA_USAGE', ['zsh']],
    [['next', '0 2 * * *', '--backend', 'systemdd'], 'ROTA_BACKEND_UNKNOWN', ['systemd']],
    [['next', '0 2 * * *', '--backend', 'cron', '--dialect', 'cronei'], 'ROTA_USAGE', ['cronie']],
    [['validate', '--config', '/no/such/file.yaml', '--json', '/x.yaml'], undefined, undefined],
    [['rollback', 'two'], 'ROTA_USAGE', undefined],
  ])('%j is answered with a code and the nearest name', async (args, code, suggestions) => {
    const { exitCode, stdout, stderr, json } = await callCli([...args, '--json']);
    expect({ exitCode, stderr }, stdout).toEqual({ exitCode: 1, stderr: '' });
    if (code === undefined) return;
    expectSchema('error', json());
    expect(json().error).toMatchObject({ code, ...(suggestions === undefined ? {} : { suggestions }) });
  });

  test('without --json an error is one line on standard error and its remedies below', async () => {
    const { exitCode, stdout, stderr } = await callCli(['aply']);
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: "error: Unknown command 'aply'.\n  Did you mean apply?\n",
    });
  });

  test.each([
    [['--backend', 'cron', 'plan'], 'error: Options stand behind the command: rota plan --backend ...\n'],
    [['plan', '--repair=yes'], 'error: --repair takes no value.\n'],
    [['next', '0 2 * *'], /^error: `0 2 \* \*`, column 8: Expected five fields/],
  ])('%j says what is wrong, and no place that is in no file', async (args, message) => {
    const { exitCode, stderr } = await callCli(args);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(message);
  });

  test.each(commandSpecs.filter(({ load }) => load === undefined).map(({ name }) => name))(
    '%s is known by name and refuses, whatever its arguments',
    async (name) => {
      const { exitCode, json } = await callCli([name, 'anything', '--at', 'all', '--json']);
      expect(exitCode).toBe(1);
      expect(json().error).toMatchObject({ code: 'ROTA_NOT_BUILT', message: expect.stringContaining(`rota ${name}`) });
    },
  );

  test('after -- even --json is an argument', async () => {
    const { stdout, stderr } = await callCli(['next', '--', '--json']);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^error: /);
  });
});
