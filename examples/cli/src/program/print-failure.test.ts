import { describe, expect, test } from 'vitest';
import { cliWorkplace } from '../testing/cli-workplace.ts';

const job = (spec: string, name = 'a'): string =>
  `apiVersion: v1\nkind: Job\nmetadata: {name: ${name}, tenant: t}\nspec:\n  command: x\n${spec}\n`;

describe('a failure in words', () => {
  const { call, write, folder } = cliWorkplace();
  write('field.yaml', job('  schedul: "0 2 * * *"'));
  write('right.yaml', job('  schedule: "0 2 * * *"'));
  write('two.yaml', job('  schedul: "0 2 * * *"\n  timeout: soon'));

  test.each([
    [['next', '@dayly'], '@daily'],
    [['next', '0 2 * * *', '--tz', 'Europe/Londn'], 'Europe/London'],
    [['plan', 'field.yaml'], 'schedule'],
    [['plan', 'right.yaml', '--backend', 'embeded'], 'embedded'],
    [['pla'], 'plan'],
    [['explain', 'retr'], 'retry'],
  ])('%j is asked once whether %s was meant', async (args, meant) => {
    const { stderr } = await call(args);
    expect(stderr.match(/Did you mean/g), stderr).toHaveLength(1);
    expect(stderr).toMatch(new RegExp(`Did you mean .?${meant}.?\\?`));
  });

  test('of several problems says how many there are, and each once', async () => {
    expect((await call(['plan', 'two.yaml'])).stderr).toBe(
      [
        'error: The declaration has 2 problems.',
        `  ${folder}/two.yaml:6:3: \`spec.schedul\` is not a field. Did you mean \`schedule\`?`,
        `  ${folder}/two.yaml:7:12: \`spec.timeout\`: expected a duration such as "30s", "5m", "2h", "1d" or "1h30m", or a number of seconds, but got the text "soon".`,
        '',
      ].join('\n'),
    );
  });

  test('of an expression without quotes says that it wants them', async () => {
    expect((await call(['next', '0', '2', '*', '*', '*'])).stderr).toContain(
      "Put quotes around an expression: rota next '0 2 * * *'",
    );
  });

  test('of a file in the shape of something else is one sentence', async () => {
    write('flat.yaml', 'name: a\nschedule: "0 2 * * *"\ncommand: x\n');
    write('list.yaml', 'jobs:\n  - {name: a, schedule: "0 2 * * *", command: x}\n');
    expect((await call(['validate', 'flat.yaml'])).stdout).toMatch(
      /^\S+flat\.yaml:1:1: error: This is no manifest: .*`rota init --format yaml`.*\n$/,
    );
    expect((await call(['validate', 'list.yaml'])).stdout).toMatch(/^\S+list\.yaml:1:1: error: .*looks like a config.*\n$/);
  });
});
