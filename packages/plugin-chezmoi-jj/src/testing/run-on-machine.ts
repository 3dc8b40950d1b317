import { sampleSize, testMachine } from '@rota/test-support';
import { expect } from 'vitest';

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly status: string;
      readonly title: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** Runs the tests of `<name>.machine.ts`, `least` of them or more, as an ordinary user of a new machine that has jj and chezmoi; all have to pass. */
export async function runOnMachine(name: string, least: number): Promise<void> {
  const machine = await testMachine(`chezmoi-${name}`);
  // For `full-disk.machine.ts`: only root may mount.
  await machine.output('sh', ['-ec', 'mkdir /mnt/small; mount -t tmpfs -o size=16m,mode=1777 tmpfs /mnt/small']);
  const { ROTA_LONG, ROTA_SEED } = process.env;
  const { ROTA_HISTORIES = String(sampleSize({ here: 10, inCi: 50, long: 1000 })) } = process.env;
  const args = [
    'run',
    '--configLoader=runner',
    '--config',
    'packages/plugin-chezmoi-jj/vitest.machine.config.ts',
    // What the tests say, and how they ended.
    '--reporter=default',
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
  const said = result.stdout.split('\n').filter((line) => /histories from seed|naive order/.test(line) && !line.startsWith('{'));
  for (const line of said) console.log(line);
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  const wrong = tests
    .filter(({ status }) => status !== 'passed')
    .map(({ title, failureMessages }) => `${title}\n${failureMessages.join('\n')}`);
  expect(wrong.join('\n\n')).toBe('');
  expect(tests.length, `${result.stdout.slice(-4000)}${result.stderr.slice(-4000)}`).toBeGreaterThanOrEqual(least);
}
