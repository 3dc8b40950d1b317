import { requirePart, testMachine, testMachinePart } from '@rota/test-support';
import { expect, test } from 'vitest';

const describe = requirePart(testMachinePart);

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly title: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** The tests that need jj and chezmoi themselves run inside a machine that has them, as an ordinary user. */
describe('with jj and chezmoi of a booted machine', () => {
  test.each([
    ['whole-path', 1],
    ['traps', 15],
    ['model', 2],
  ])(
    'the tests of %s.machine.ts pass',
    async (name, least) => {
      const machine = await testMachine(`chezmoi-${name}`);
      const { ROTA_LONG, ROTA_HISTORIES, ROTA_SEED } = process.env;
      const args = [
        'run',
        '--configLoader=runner',
        '--config',
        'packages/plugin-chezmoi-jj/vitest.machine.config.ts',
        '--reporter=json',
        `src/${name}.machine.ts`,
      ];
      const result = await machine.exec('node', ['/src/node_modules/vitest/vitest.mjs', ...args], {
        user: 'tester',
        cwd: '/src',
        env: { CI: '1', HOME: '/home/tester', ROTA_LONG, ROTA_HISTORIES, ROTA_SEED },
        timeoutMs: ROTA_LONG ? 8 * 3_600_000 : 3_000_000,
      });
      const report: Report = JSON.parse(/^\{"num.*\}$/m.exec(result.stdout)?.[0] ?? '{"testResults":[]}');
      const said = result.stdout
        .split('\n')
        .filter((line) => /histories from seed|naive order/.test(line) && !line.startsWith('{'));
      for (const line of said) console.log(line);
      const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults);
      const wrong = tests
        .filter(({ status }) => status !== 'passed')
        .map(({ title, failureMessages }) => `${title}\n${failureMessages.join('\n')}`);
      expect(wrong.join('\n\n')).toBe('');
      expect(tests.length, `${result.stdout.slice(-4000)}${result.stderr.slice(-4000)}`).toBeGreaterThanOrEqual(least);
    },
    8 * 3_600_000,
  );
});
