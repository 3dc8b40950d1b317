import { requirePart, testMachinePart } from '@rota/test-support';
import { test } from 'vitest';
import { expectPassed, machineWithPrograms, playOn } from './testing/run-on-machine.ts';

const describe = requirePart(testMachinePart);

/** In a file of its own, so that it begins with the first and runs beside the others. */
describe('with jj and chezmoi of a booted machine', () => {
  test(
    'the random histories of model.machine.ts hold what is promised',
    async () => expectPassed(await playOn(await machineWithPrograms('model'), ['model']), 'model', 2),
    8 * 3_600_000,
  );
});
