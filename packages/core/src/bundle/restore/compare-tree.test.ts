import { chmodSync, linkSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nodeFiles } from '../../host/node-files.ts';
import { namesOfIds } from '../capture/names-of-ids.ts';
import { openStage } from '../capture/stage-tree.ts';
import { walkTree } from '../capture/walk-tree.ts';
import { openEntrySpool } from '../format/entry-spool.ts';
import type { BundleEntry } from '../format/manifest.ts';
import { compareTree } from './compare-tree.ts';

let root: string;
let entries: readonly BundleEntry[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rota-compare-'));
  mkdirSync(join(root, 'sub'));
  writeFileSync(join(root, 'sub', 'file'), 'hello');
  linkSync(join(root, 'sub', 'file'), join(root, 'sub', 'same'));
  symlinkSync('sub', join(root, 'link'));
  // Long ago: a change in the same tick of the clock would leave the time as it is.
  for (const path of ['sub/file', 'sub']) utimesSync(join(root, path), 1_000_000, 1_000_000);
  const spool = openEntrySpool();
  const stage = openStage(`${root}.payload`, namesOfIds(nodeFiles), spool);
  for (const item of walkTree(root)) stage.add({ name: item.path === '' ? 'data/r' : `data/r/${item.path}`, item });
  stage.close();
  entries = [...spool];
  spool.close();
});
afterEach(() => {
  for (const path of [root, `${root}.payload`]) rmSync(path, { recursive: true, force: true });
});
const compare = () => compareTree(entries, new Map([['r', root]]));

test('a tree is what it was unpacked from', async () => {
  await expect(compare()).resolves.toBeUndefined();
});

describe('what is not as it was captured is named', () => {
  const changes: readonly (readonly [string, string, () => void])[] = [
    ['a file more', 'sub has the time', () => writeFileSync(join(root, 'sub', 'more'), '')],
    ['a file less', 'sub has the time', () => rmSync(join(root, 'sub', 'same'))],
    ['another size', 'sub/file has 6 bytes', () => writeFileSync(join(root, 'sub', 'file'), 'hello!')],
    ['another content of the same size', 'sub/file has the time', () => writeFileSync(join(root, 'sub', 'file'), 'HELLO')],
    ['another mode', 'sub/file has the mode 600', () => chmodSync(join(root, 'sub', 'file'), 0o600)],
    ['another time', 'sub/file has the time', () => utimesSync(join(root, 'sub', 'file'), 1, 1)],
  ];
  for (const [title, message, change] of changes)
    test(title, async () => {
      change();
      await expect(compare()).rejects.toMatchObject({ code: 'ROTA_BUNDLE_MISMATCH', message: expect.stringContaining(message) });
    });

  const inPlace: readonly (readonly [string, string, (sub: string) => void])[] = [
    ['a file more', 'it holds data/r/sub/z', (sub) => writeFileSync(join(sub, 'z'), '')],
    ['a file less', 'data/r/sub/same is not there', (sub) => rmSync(join(sub, 'same'))],
    ['another name', 'data/r/sub/same is not there', (sub) => renameSync(join(sub, 'same'), join(sub, 'zzz'))],
    [
      'a copy instead of a hard link',
      'data/r/sub/same has one name only',
      (sub) => {
        rmSync(join(sub, 'same'));
        writeFileSync(join(sub, 'same'), 'hello');
      },
    ],
  ];
  for (const [title, message, change] of inPlace)
    test(`${title}, with the time of its folder put back`, async () => {
      const sub = join(root, 'sub');
      change(sub);
      entries = entries.map((entry) => (entry.name === 'data/r/sub' ? { ...entry, mtimeNs: '1000000000' } : entry));
      utimesSync(sub, 1, 1);
      await expect(compare()).rejects.toMatchObject({ message: expect.stringContaining(message) });
    });

  test('a link to something else', async () => {
    entries = entries.map((entry) => (entry.type === 'symlink' ? { ...entry, link: 'elsewhere' } : entry));
    await expect(compare()).rejects.toThrow('data/r/link has the target sub instead of elsewhere');
  });
});
