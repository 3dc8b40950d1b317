import { expect, test } from 'vitest';
import { inputChanges, lockedInputs, steppedBack } from './lock-inputs.ts';

const lock = (rev: string, lastModified: number, url = 'github:nixos/nixpkgs'): string =>
  JSON.stringify({
    nodes: { nixpkgs: { locked: { rev, lastModified }, original: { url } }, root: { inputs: { nixpkgs: 'nixpkgs' } } },
    root: 'root',
    version: 7,
  });

test('an input that moved is named with both revisions and dates', () => {
  const [before, after] = [lockedInputs(lock('a', 100)), lockedInputs(lock('b', 200))];
  expect(inputChanges(before, before)).toEqual([]);
  expect(inputChanges(before, after)).toEqual([{ name: 'nixpkgs', from: 'a', to: 'b', fromDate: 100, toDate: 200 }]);
  expect(inputChanges([], after)).toMatchObject([{ from: null, to: 'b' }]);
});

test('older from the same address is a step back; another address is another thing', () => {
  const before = lockedInputs(lock('b', 200));
  expect(steppedBack(before, lockedInputs(lock('a', 100)))).toMatchObject([{ name: 'nixpkgs' }]);
  expect(steppedBack(before, lockedInputs(lock('c', 300)))).toEqual([]);
  expect(steppedBack(before, lockedInputs(lock('a', 100, 'github:other/nixpkgs')))).toEqual([]);
});

test.each(['', '<<<<<<< HEAD', '[]', '{"nodes": 1}'])('%j is no lock file', (text) => {
  expect(() => lockedInputs(text)).toThrow();
});
