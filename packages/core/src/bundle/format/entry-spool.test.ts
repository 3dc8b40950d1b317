import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type EntrySpool, openEntrySpool } from './entry-spool.ts';

let folder: string;
let spool: EntrySpool;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rota-spool-'));
  spool = openEntrySpool(folder);
});
afterEach(() => {
  spool.close();
  rmSync(folder, { recursive: true, force: true });
});
const entry = (at: number, name: string) => ({
  name: `data/r/${at}-${name}`,
  type: 'folder' as const,
  mode: 0o755,
  uid: 0,
  gid: 0,
  user: 'root',
  group: 'root',
  mtimeNs: String(at),
  size: 0,
});
function textOf(from: EntrySpool): string {
  const parts: Buffer[] = [];
  for (const part of from.text()) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString();
}

test('an empty one has no text', () => {
  expect([...spool]).toEqual([]);
  expect(textOf(spool)).toBe('');
});

test('entries come back in order and as often as they are asked for, also when they are more than memory keeps', () => {
  // Of two to four bytes a character, so that pieces end inside of one.
  const entries = Array.from({ length: 30_000 }, (_, at) => entry(at, '\u00e9\u20ac\u{1f600}'.repeat(at % 7)));
  for (const one of entries) spool.add(JSON.stringify(one));
  expect(spool.count).toBe(entries.length);
  expect(spool.size).toBeGreaterThan(4_000_000);
  for (let round = 0; round < 2; round++) expect([...spool]).toEqual(entries);
  expect(Buffer.byteLength(textOf(spool))).toBe(spool.size);
  expect(JSON.parse(`[${textOf(spool)}]`)).toEqual(entries);
});

test('a line that is longer than what is kept in memory is kept all the same', () => {
  const entries = [entry(1, 'a'), entry(2, 'x'.repeat(3_000_000)), entry(3, 'b')];
  for (const one of entries) spool.add(JSON.stringify(one));
  expect([...spool]).toEqual(entries);
});

test('nothing of it has a name in its folder', () => {
  for (let at = 0; at < 30_000; at++) spool.add(JSON.stringify(entry(at, 'x'.repeat(50))));
  expect(readdirSync(folder)).toEqual([]);
});
