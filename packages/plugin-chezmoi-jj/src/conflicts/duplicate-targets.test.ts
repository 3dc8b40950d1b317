import { expect, test } from 'vitest';
import { duplicateTargets } from './duplicate-targets.ts';

test('two names of one dotfile are found, in folders too', () => {
  expect(duplicateTargets(['private_dot_x', 'executable_dot_x', 'dot_y', 'dot_d/a', 'private_dot_d/a'], '')).toEqual([
    'private_dot_x',
    'executable_dot_x',
    'dot_d/a',
    'private_dot_d/a',
  ]);
});

test('what stands outside of the source folder has no dotfile', () => {
  expect(duplicateTargets(['dot_x', 'home/dot_x', 'home/dot_y'], 'home/')).toEqual([]);
});
