import { expect, test } from 'vitest';
import { leavesRoot } from './leaves-root.ts';

test('links that leave their root are told by their text', () => {
  for (const link of ['/x', '..', '../../..', 'a/../..', 'C:\\x', './../../r/a'])
    expect(leavesRoot('data/r/l', link), link).toBe(true);
  for (const link of ['a', './a', 'a/../b', 'nowhere']) expect(leavesRoot('data/r/l', link), link).toBe(false);
  expect(leavesRoot('data/r/sub/l', '../a')).toBe(false);
});
