import { requirePart, type TestMachine, testMachinePart } from '@rota/test-support';
import { beforeAll, test } from 'vitest';
import { expectPassed, machineWithPrograms, type Played, playOn } from './testing/run-on-machine.ts';

const describe = requirePart(testMachinePart);

/** Name and least number of tests. */
const files = [
  ['whole-path', 3],
  ['conflicts', 11],
  ['capture', 16],
  ['surroundings', 15],
  ['options', 15],
  ['shapes', 1],
  ['hostile', 4],
  ['strange-homes', 5],
  ['power-cut', 13],
  ['encrypted', 7],
  ['source-gone', 8],
  ['decisions', 11],
  ['cut-off', 8],
  ['meanwhile', 15],
  ['case', 2],
  ['made-anew', 9],
  ['set-up', 15],
  ['full-disk', 1],
] as const;

/** The tests that need jj and chezmoi themselves run inside a machine that has them, as an ordinary user. */
describe('with jj and chezmoi of a booted machine', () => {
  let machine: TestMachine;
  let played: Played;
  // All at once: a machine and a run of the tests for each would take longer than most of them.
  beforeAll(async () => {
    machine = await machineWithPrograms('all');
    played = await playOn(
      machine,
      files.map(([name]) => name),
    );
  }, 3_600_000);

  test.for(files)('the tests of %s.machine.ts pass', { timeout: 3_600_000 }, async ([name, least], { task }) => {
    const isSecondGo = (task.result?.retryCount ?? 0) > 0;
    expectPassed(isSecondGo ? await playOn(machine, [name]) : played, name, least);
  });
});
