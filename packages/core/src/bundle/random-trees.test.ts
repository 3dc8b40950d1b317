import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lchownSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleSize, testSeed as seed } from '@rota/test-support';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createHost } from '../host/create-host.ts';
import { bytesOfName, nameOfBytes } from './format/file-name.ts';
import { extract, pack } from './packed-tree.test-support.ts';
import { makePipe } from './restore/make-pipe.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'rota-bundle-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const long = process.env.ROTA_LONG === '1';
if (long) console.log(`ROTA_SEED=${seed}`);

const host = createHost({ stateDir: '/nonexistent' });
async function newPipe(place: Buffer): Promise<void> {
  const trouble = await makePipe(host, place);
  if (trouble !== undefined)
    throw Object.assign(new Error(trouble), { code: /exists|directory|too long/i.test(trouble) ? 'EEXIST' : '' });
}

describe('random trees', () => {
  const name = fc
    .oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).map((text) => Buffer.from(text)),
      fc.uint8Array({ minLength: 1, maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom('a', 'A', ' ', '-rf', '*', 'x'.repeat(255), '\u{1f600}'.repeat(40)).map((text) => Buffer.from(text)),
    )
    .map((bytes) => Buffer.from(bytes.map((byte) => (byte === 0 || byte === 0x2f ? 0x5f : byte))).subarray(0, 255))
    .filter((bytes) => !['.', '..'].includes(bytes.toString('latin1')));
  const isRoot = process.getuid?.() === 0;
  // Whoever is not root has to be able to read them, and a restore takes set-user-id away from files.
  const mode = fc.nat(0o777).map((bits) => (isRoot ? bits : bits | 0o600));
  const leaf = fc.oneof(
    fc.record({ kind: fc.constant('file' as const), bytes: fc.uint8Array({ maxLength: 1500 }), mode }),
    fc.record({ kind: fc.constant('sparse' as const), bytes: fc.uint8Array({ maxLength: 50 }), size: fc.nat(200_000), mode }),
    fc.record({ kind: fc.constant('link' as const), to: fc.constantFrom('a', 'nowhere', 'x'.repeat(150), './b c') }),
    fc.record({ kind: fc.constant('fifo' as const), mode }),
    fc.record({ kind: fc.constant('folder' as const), mode: mode.map((bits) => bits | (isRoot ? 0 : 0o100)), extra: fc.nat(7) }),
    fc.record({ kind: fc.constant('again' as const) }),
  );
  // Before 1970, beyond what eleven octal digits hold, and with a part of a second.
  const seconds = fc.oneof(
    fc.integer({ min: -2_000_000_000, max: 10_000_000_000 }),
    fc.constantFrom(0, -0.5, 1.000001, 8_589_934_592),
  );
  const owner = fc.constantFrom(0, 1, 1000, 65_534, 2_097_152, 4_000_000_000);
  const facts = fc.option(fc.record({ seconds, uid: owner, gid: owner }));
  const tree = fc.array(fc.record({ folders: fc.array(name, { maxLength: 3 }), name, leaf, facts }), { maxLength: 12 });

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
        const made: Buffer[] = [];
        /** A folder's time changes with what is made in it, and its mode may forbid it. */
        const last: (() => void)[] = [];
        for (const item of items) {
          const { leaf, facts } = item;
          const parent = bytesOfName([root, ...item.folders.map((part) => nameOfBytes(part))].join('/'));
          const place = Buffer.concat([parent, Buffer.from('/'), item.name]);
          try {
            mkdirSync(parent, { recursive: true });
            const [first] = made;
            if (leaf.kind === 'again' && first === undefined) continue;
            if (leaf.kind === 'again' && first !== undefined) linkSync(first, place);
            else if (leaf.kind === 'link') symlinkSync(leaf.to, place);
            else if (leaf.kind === 'folder') mkdirSync(place);
            else if (leaf.kind === 'fifo') await newPipe(place);
            else if (leaf.kind !== 'again') writeFileSync(place, leaf.bytes, { flag: 'wx' });
            if (leaf.kind === 'sparse') truncateSync(place, leaf.size);
            if (leaf.kind !== 'folder' && leaf.kind !== 'again') made.push(place);
            last.push(() => {
              if (isRoot && facts !== null) lchownSync(place, facts.uid, facts.gid);
              if ('mode' in leaf) chmodSync(place, 'extra' in leaf ? leaf.mode | (leaf.extra << 9) : leaf.mode);
              if (facts !== null) lutimesSync(place, facts.seconds, facts.seconds);
            });
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
        for (const set of last.reverse()) set();
        const manifest = await pack(root, join(here, 'b.tar.gz'), 'gzip');
        await extract(join(here, 'b.tar.gz'), join(here, 'out'));
        expect((await pack(join(here, 'out'), join(here, 'again'), 'none')).treeDigest).toBe(manifest.treeDigest);
        mkdirSync(join(here, 'gnu'));
        execFileSync('tar', ['--numeric-owner', '-xpzf', join(here, 'b.tar.gz'), '-C', join(here, 'gnu')], { stdio: 'ignore' });
        expect((await pack(join(here, 'gnu', 'data', 'r'), join(here, 'third'), 'none')).treeDigest).toBe(manifest.treeDigest);
        if (bsdtar) {
          mkdirSync(join(here, 'bsd'));
          execFileSync('bsdtar', ['--numeric-owner', '-xpzf', join(here, 'b.tar.gz'), '-C', join(here, 'bsd')], {
            stdio: 'ignore',
          });
          expect((await pack(join(here, 'bsd', 'data', 'r'), join(here, 'fourth'), 'none')).treeDigest).toBe(manifest.treeDigest);
        }
        rmSync(here, { recursive: true, force: true });
      }),
      { numRuns: sampleSize({ here: 20, inCi: 40, long: 2000 }), seed },
    );
  });
});
