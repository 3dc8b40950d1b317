import { appendFileSync, lstatSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MovedOnError, openInPlace } from './file-in-place.ts';

let folder: string;
let place: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rota-place-'));
  place = join(folder, 'file');
  writeFileSync(place, 'content');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
/** Reads a file as it was hashed, after something happened to it. */
const readAfter = (change: () => void): string => {
  const stats = lstatSync(place, { bigint: true });
  change();
  const file = openInPlace({ place, stats });
  try {
    const into = Buffer.alloc(7);
    for (let at = 0; at < into.length; ) at += file.read(into, at, Math.min(4, into.length - at));
    file.end();
    return into.toString();
  } finally {
    file.close();
  }
};

test('a file that nobody touched is read again', () => {
  expect(readAfter(() => undefined)).toBe('content');
});

test.each([
  ['grew', () => appendFileSync(place, '!')],
  ['became shorter', () => truncateSync(place, 3)],
  ['is gone', () => rmSync(place)],
  [
    'is a link now',
    () => {
      rmSync(place);
      symlinkSync('/etc/passwd', place);
    },
  ],
  [
    'is another file of the same size',
    () => {
      rmSync(place);
      writeFileSync(place, 'CONTENT');
    },
  ],
])('one that %s has moved on', (_, change) => {
  expect(() => readAfter(change)).toThrow(MovedOnError);
});
