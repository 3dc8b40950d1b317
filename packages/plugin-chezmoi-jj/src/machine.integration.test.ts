import { requirePart, testMachinePart } from '@rota/test-support';
import { test } from 'vitest';
import { runOnMachine } from './testing/run-on-machine.ts';

const describe = requirePart(testMachinePart);

/** The tests that need jj and chezmoi themselves run inside a machine that has them, as an ordinary user. */
describe('with jj and chezmoi of a booted machine', () => {
  test.concurrent.each([
    ['whole-path', 2],
    ['conflicts', 9],
    ['capture', 16],
    ['surroundings', 15],
    ['options', 15],
    ['shapes', 1],
    ['hostile', 4],
    ['strange-homes', 4],
    ['power-cut', 12],
    ['encrypted', 6],
    ['decisions', 3],
    ['cut-off', 4],
    ['made-anew', 5],
    ['set-up', 15],
    ['full-disk', 1],
  ])('the tests of %s.machine.ts pass', runOnMachine, 3_600_000);
});
