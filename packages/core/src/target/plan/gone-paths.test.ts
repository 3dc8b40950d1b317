import { expect, test } from 'vitest';
import { gonePaths } from './gone-paths.ts';

test('of what held the same, the one with the same name is taken, else the first, and each once', () => {
  const gone = gonePaths();
  for (const path of ['a/one', 'b/two', 'c/two']) gone.add('same', path);
  gone.add('other', 'd/three');
  expect(['x/two', 'x/new', 'y/two', 'z'].map((path) => gone.take('same', path))).toEqual(['b/two', 'a/one', 'c/two', undefined]);
  expect(gone.take('other', 'three')).toBe('d/three');
});

test('a hundred thousand empty files are renamed in a moment', () => {
  const gone = gonePaths();
  const names = Array.from({ length: 100_000 }, (_, index) => `__init__.${index % 2}`);
  for (const [index, name] of names.entries()) gone.add('empty', `old/${index}/${name}`);
  const begin = performance.now();
  const taken = new Set(names.map((name, index) => gone.take('empty', `new/${index}/${name}`)));
  expect(taken.size).toBe(100_000);
  expect(performance.now() - begin).toBeLessThan(20_000);
});
