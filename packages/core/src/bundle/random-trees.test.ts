import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testSeed as seed } from '@rota/test-support';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bytesOfName, nameOfBytes } from './format/file-name.ts';
import { extract, pack } from './packed-tree.test-support.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'rota-bundle-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const long = process.env.ROTA_LONG === '1';
if (long) console.log(`ROTA_SEED=${seed}`);

describe('random trees', () => {
  const name = fc
    .oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).map((text) => Buffer.from(text)),
      fc.uint8Array({ minLength: 1, maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom('a', 'A', ' ', '-rf', '*', 'x'.repeat(255), '\u{1f600}'.repeat(40)).map((text) => Buffer.from(text)),
    )
    .map((bytes) => Buffer.from(bytes.map((byte) => (byte === 0 || byte === 0x2f ? 0x5f : byte))).subarray(0, 255))
    .filter((bytes) => !['.', '..'].includes(bytes.toString('latin1')));
  const leaf = fc.oneof(
    fc.record({
      kind: fc.constant('file' as const),
      bytes: fc.uint8Array({ maxLength: 1500 }),
      mode: fc.constantFrom(0o600, 0o644, 0o755, 0o400),
    }),
    fc.record({ kind: fc.constant('link' as const), to: fc.constantFrom('a', 'nowhere', 'x'.repeat(150), './b c') }),
    fc.record({ kind: fc.constant('again' as const) }),
  );
  const tree = fc.array(fc.record({ folders: fc.array(name, { maxLength: 3 }), name, leaf }), { maxLength: 12 });

  const bsdtar = spawnSync('bsdtar', ['--version']).status === 0;
  test(`come back with the same digest, also through GNU tar${bsdtar ? ' and bsdtar' : ''}`, {
    // Each tree is unpacked by two other programs: on a busy machine it takes seconds.
    timeout: long ? 4 * 3_600_000 : 600_000,
  }, async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(tree, async (items) => {
        count += 1;
        const here = join(folder, String(count));
        const root = join(here, 'tree');
        mkdirSync(root, { recursive: true });
        const files: Buffer[] = [];
        for (const item of items) {
          const parent = bytesOfName([root, ...item.folders.map((part) => nameOfBytes(part))].join('/'));
          const place = Buffer.concat([parent, Buffer.from('/'), item.name]);
          try {
            mkdirSync(parent, { recursive: true });
            const [first] = files;
            if (item.leaf.kind === 'link') symlinkSync(item.leaf.to, place);
            else if (item.leaf.kind === 'again' && first !== undefined) linkSync(first, place);
            else if (item.leaf.kind === 'file') {
              writeFileSync(place, item.leaf.bytes, { flag: 'wx', mode: item.leaf.mode });
              files.push(place);
            }
          } catch (error) {
            // Two items of one name, or a folder where a file is: the tree is what came about.
            if (
              !(
                error instanceof Error &&
                'code' in error &&
                /^E(EXIST|NOTDIR|ISDIR|NAMETOOLONG|LOOP|NOENT)$/.test(String(error.code))
              )
            )
              throw error;
          }
        }
        const manifest = await pack(root, join(here, 'b.tar.gz'), 'gzip');
        await extract(join(here, 'b.tar.gz'), join(here, 'out'));
        expect((await pack(join(here, 'out'), join(here, 'again'), 'none')).treeDigest).toBe(manifest.treeDigest);
        mkdirSync(join(here, 'gnu'));
        execFileSync('tar', ['-xpzf', join(here, 'b.tar.gz'), '-C', join(here, 'gnu')], { stdio: 'ignore' });
        expect((await pack(join(here, 'gnu', 'data', 'r'), join(here, 'third'), 'none')).treeDigest).toBe(manifest.treeDigest);
        if (bsdtar) {
          mkdirSync(join(here, 'bsd'));
          execFileSync('bsdtar', ['-xpzf', join(here, 'b.tar.gz'), '-C', join(here, 'bsd')], { stdio: 'ignore' });
          expect((await pack(join(here, 'bsd', 'data', 'r'), join(here, 'fourth'), 'none')).treeDigest).toBe(manifest.treeDigest);
        }
        rmSync(here, { recursive: true, force: true });
      }),
      { numRuns: long ? 2000 : 40, seed },
    );
  });
});
