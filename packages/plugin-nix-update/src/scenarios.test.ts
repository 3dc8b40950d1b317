import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

test('every scenario has a test of the name that SCENARIOS.md gives it', () => {
  const rows = [...read('../SCENARIOS.md').matchAll(/^\| ([\d, ]+) \|.*\| `(\S+)` \| (.+) \|$/gm)];
  const numbers = rows.flatMap(([, list = '']) => list.split(', ').map(Number));
  expect([...new Set(numbers)].sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
  const missing = rows.filter(([, , file = '', name = '']) => !read(file).includes(name)).map(([row]) => row);
  expect(missing).toEqual([]);
});
