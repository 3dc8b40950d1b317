import { describe, expect, test } from 'vitest';
import { callCli } from '../testing/call-cli.ts';
import { cliWorkplace } from '../testing/cli-workplace.ts';

describe('a word of another program', () => {
  test.each([
    [['next', '0 2 * * *', '--timezone', 'UTC'], ['--tz']],
    [['next', '0 2 * * *', '--time-zone=UTC'], ['--tz']],
    [['render', '--timezone', 'UTC'], ['--system-timezone']],
    [['simulate', '--until', '2026-03-10'], ['--to']],
    [['history', '--tail', '3'], ['--limit']],
    [
      ['report', '--output', 'x.html'],
      ['--out', '--json'],
    ],
    [['status', '-o', 'json'], ['--json']],
    [['bundle', 'restore', 'a', '--what-if'], ['--dry-run']],
    [['sync', '--repo', '.', '--branch', 'main'], ['--ref']],
    [['plan', '-f', 'jobs.yaml'], ['Files stand behind the command: rota plan jobs.yaml']],
    [['apply', '--dry-run'], ['`rota plan` shows what an apply would do, and does nothing.']],
    [['list'], ['status']],
    [['remove', 'backup'], ['destroy']],
    [['start', 'backup'], ['run']],
    [['version'], ['--version']],
    [['-v'], ['--version']],
    // No word that we know: what looks alike, or the help.
    [['plan', '--bakend', 'cron'], ['--backend']],
    [['plan', '--tail', '3'], ['See `rota help plan`.']],
    [['constructor'], ['See `rota help`.']],
  ])('%j is answered with the one that is meant', async (args, suggestions) => {
    expect((await callCli([...args, '--json'])).json().error).toMatchObject({ code: 'ROTA_USAGE', suggestions });
  });

  test('is known in the commands of plugins, whose names may be those of our own', async () => {
    const { write, call } = cliWorkplace();
    write(
      'jobs.config.mjs',
      `const status = { name: 'status', summary: 'how it is', options: { count: { kind: 'count', value: 'n', summary: 'how many' } }, examples: ['rota widget status'], output: {}, run: () => ({ data: {}, text: '' }) };
export default { plugins: [{ name: 'widget', apiVersion: 1, setup: (api) => api.addCommands({ name: 'widget', aliases: ['w'], summary: 'widgets', commands: [status] }) }] };`,
    );
    const told = async (...args: readonly string[]) => Object((await call([...args, '--json'])).json().error).suggestions;
    expect(await told('widget', 'status', '--number', '3')).toEqual(['--count']);
    expect(await told('w', 'status', '--nothing-alike')).toEqual(['See `rota help widget status`.']);
    expect(await told('widget', 'list')).toEqual(['status']);
    expect(await told('widget', 'start')).not.toEqual(['run']);
  });
});
