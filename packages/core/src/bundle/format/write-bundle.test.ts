import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { headOf, stageRoot } from '../packed-tree.test-support.ts';
import { type EntrySpool, openEntrySpool } from './entry-spool.ts';
import type { BundleHead } from './manifest.ts';
import { manifestText } from './manifest-text.ts';
import { readMembers } from './read-bundle.ts';
import { type Compression, unpacked } from './stream-parts.ts';
import { writeBundle } from './write-bundle.ts';

/** More than a piece of what is written. */
const files = 2000;
let folder: string;
let entries: EntrySpool;
let manifest: BundleHead;
beforeEach(() => {
  folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'rota-write-'));
  const root = join(folder, 'root');
  mkdirSync(root);
  for (let at = 0; at < files; at += 1) writeFileSync(join(root, `f${at}`), `${at}`.repeat(at % 300));
  entries = openEntrySpool(folder);
  const stage = stageRoot(root, join(folder, 'payload'), entries);
  manifest = headOf(root, stage, entries);
});
afterEach(() => {
  entries.close();
  rmSync(folder, { recursive: true, force: true });
});
const write = (compression: Compression, readBack: (written: AsyncIterable<Uint8Array>) => Promise<void>) =>
  writeBundle({
    manifest,
    entries,
    payload: join(folder, 'payload'),
    out: join(folder, `bundle.${compression}`),
    compression,
    recipients: [],
    readBack,
  });

test.each(['none', 'gzip'] as const)('all of it is read back while it is written (%s)', async (compression) => {
  let members = 0;
  const known = { head: manifest, entries, text: manifestText({ manifest, entries }).parts };
  const onMember = () => {
    members += 1;
    return undefined;
  };
  await write(compression, async (written) => void (await readMembers(unpacked(written), { known, onMember })));
  expect(members).toBe(files + 1);
});

test('who reads it back ends the writing with what is wrong', async () => {
  const refused = write('none', async (written) => {
    for await (const _ of written) throw new Error('not what was written');
  });
  await expect(refused).rejects.toThrow('not what was written');
});

test('a writing that fails ends the reading, too', async () => {
  rmSync(join(folder, 'payload'));
  writeFileSync(join(folder, 'payload'), 'cut');
  let told: unknown;
  const failed = write('none', async (written) => {
    try {
      for await (const _ of written);
    } catch (error) {
      told = error;
    }
  });
  await expect(failed).rejects.toThrow('became shorter');
  expect(told).toMatchObject({ message: expect.stringContaining('became shorter') });
});
