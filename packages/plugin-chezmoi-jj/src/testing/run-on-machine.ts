import { sampleSize, type TestMachine, testMachine } from '@rota/test-support';
import { expect } from 'vitest';

interface Report {
  readonly testResults: readonly {
    /** Path of the file. */
    readonly name: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly title: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** The results of files of `*.machine.ts`, by what stands for the `*`, and the end of what was printed. */
export interface Played {
  readonly files: ReadonlyMap<string, Report['testResults'][number]['assertionResults']>;
  readonly said: string;
}

/** A new machine that has jj and chezmoi. */
export async function machineWithPrograms(name: string): Promise<TestMachine> {
  const machine = await testMachine(`chezmoi-${name}`);
  // For `full-disk.machine.ts`: only root may mount.
  await machine.output('sh', ['-ec', 'mkdir /mnt/small; mount -t tmpfs -o size=16m,mode=1777 tmpfs /mnt/small']);
  return machine;
}

/** Runs the tests of each `<name>.machine.ts` as an ordinary user of a machine. */
export async function playOn(machine: TestMachine, names: readonly string[]): Promise<Played> {
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
    ...names.map((name) => `src/${name}.machine.ts`),
  ];
  const { stdout, stderr } = await machine.exec('node', ['/src/node_modules/vitest/vitest.mjs', ...args], {
    user: 'tester',
    cwd: '/src',
    env: { CI: '1', HOME: '/home/tester', ROTA_LONG, ROTA_HISTORIES, ROTA_SEED },
    timeoutMs: ROTA_LONG ? 8 * 3_600_000 : 3_000_000,
  });
  const report: Report = JSON.parse(/^\{"num.*\}$/m.exec(stdout)?.[0] ?? '{"testResults":[]}');
  const told = stdout.split('\n').filter((line) => /histories from seed|naive order/.test(line) && !line.startsWith('{'));
  for (const line of told) console.log(line);
  const files = report.testResults.map(
    ({ name, assertionResults }) => [/([^/]+)\.machine\.ts$/.exec(name)?.[1] ?? name, assertionResults] as const,
  );
  return { files: new Map(files), said: `${stdout.slice(-4000)}${stderr.slice(-4000)}` };
}

/** The tests of `<name>.machine.ts`, `least` of them or more, have all passed. */
export function expectPassed({ files, said }: Played, name: string, least: number): void {
  const tests = files.get(name) ?? [];
  const wrong = tests
    .filter(({ status }) => status !== 'passed')
    .map(({ title, failureMessages }) => `${title}\n${failureMessages.join('\n')}`);
  expect(wrong.join('\n\n')).toBe('');
  expect(tests.length, said).toBeGreaterThanOrEqual(least);
}
