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

/** A lock as nix writes it: nodes are numbered in the order in which nix meets them, and numbered anew when that changes. */
const lockOf = (root: object, nodes: Readonly<Record<string, readonly [rev: string, lastModified: number, inputs?: object]>>) =>
  lockedInputs(
    JSON.stringify({
      nodes: {
        root: { inputs: root },
        ...Object.fromEntries(
          Object.entries(nodes).map(([name, [rev, lastModified, inputs = {}]]) => [
            name,
            { inputs, locked: { rev, lastModified }, original: { id: name.replace(/_\d+$/, ''), type: 'indirect' } },
          ]),
        ),
      },
      root: 'root',
      version: 7,
    }),
  );

test('inputs are known by their path from the root, not by the number that nix gives to a node', () => {
  const before = lockOf(
    { blog: 'blog', home: 'home', nixpkgs: 'nixpkgs_3' },
    {
      blog: ['b', 100, { nixpkgs: 'nixpkgs' }],
      home: ['h', 100, { nixpkgs: 'nixpkgs_2' }],
      nixpkgs: ['x', 900],
      nixpkgs_2: ['y', 50],
      nixpkgs_3: ['z', 1000],
    },
  );
  // The blog has no inputs any more, so that the others move up.
  const after = lockOf(
    { blog: 'blog', home: 'home', nixpkgs: 'nixpkgs_2' },
    { blog: ['c', 200], home: ['h', 100, { nixpkgs: 'nixpkgs' }], nixpkgs: ['y', 50], nixpkgs_2: ['z', 1000] },
  );
  expect(steppedBack(before, after)).toEqual([]);
  expect(inputChanges(before, after).map(({ name, from, to }) => [name, from, to])).toEqual([
    ['blog', 'b', 'c'],
    ['blog/nixpkgs', 'x', null],
  ]);
});

test('what a newer input asks for may be older than before; what the same input asks for, and the inputs of the flake, may not', () => {
  const home = (rev: string, below: number, own = 500) =>
    lockOf(
      { home: 'home', nixpkgs: ['home', 'nixpkgs'], other: 'other' },
      { home: [rev, 100, { nixpkgs: 'nixpkgs' }], nixpkgs: [`n${below}`, below], other: [`o${own}`, own] },
    );
  expect(steppedBack(home('a', 300), home('b', 200))).toEqual([]);
  expect(steppedBack(home('a', 300), home('a', 200))).toMatchObject([{ name: 'home/nixpkgs' }]);
  expect(steppedBack(home('a', 300), home('b', 300, 400))).toMatchObject([{ name: 'other' }]);
});

test('inputs of inputs that lead in a circle are read once each', () => {
  const circle = lockOf({ a: 'a' }, { a: ['1', 1, { b: 'b' }], b: ['2', 2, { a: 'a' }] });
  expect(circle.map(({ name }) => name)).toEqual(['a', 'a/b']);
});

test.each(['', '<<<<<<< HEAD', '[]', '{"nodes": 1}'])('%j is no lock file', (text) => {
  expect(() => lockedInputs(text)).toThrow();
});
