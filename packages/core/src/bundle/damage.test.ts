import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createHost } from '../host/create-host.ts';
import { extractBundle } from './extract-bundle.ts';
import { bytesOfName, nameOfBytes } from './file-name.ts';
import type { BundleEntry, BundleManifest } from './manifest.ts';
import { printManifestJson } from './manifest.ts';
import { namesOfIds } from './names-of-ids.ts';
import { checkManifest, leavesRoot, readBundle } from './read-bundle.ts';
import { memberOf, openStage } from './stage-tree.ts';
import { endOfArchive, tarHeader } from './tar/tar-header.ts';
import { padding } from './tar/tar-member.ts';
import { treeDigest } from './tree-digest.ts';
import { walkTree } from './walk-tree.ts';
import { writeBundle } from './write-bundle.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'rota-bundle-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const host = createHost({ stateDir: '/nonexistent' });
const long = process.env.ROTA_LONG === '1';

const manifestOf = (entries: readonly BundleEntry[], change: Partial<BundleManifest> = {}): BundleManifest => ({
  formatVersion: 1,
  id: '0123456789abcdef',
  tenant: 't',
  name: 'n',
  host: { name: 'h', id: 'i' },
  createdAt: '2026-11-21T00:00:00Z',
  consistency: 'live',
  outcome: 'ok',
  problems: [],
  notes: [],
  roots: [{ name: 'r', path: '/r', kind: 'folder' }],
  databases: [],
  identity: [],
  excluded: 0,
  guidance: {},
  totals: { entries: entries.length, bytes: entries.reduce((sum, { size }) => sum + size, 0) },
  treeDigest: treeDigest(entries),
  entries: [...entries],
  ...change,
});

async function pack(root: string, out: string, compression: 'gzip' | 'none'): Promise<BundleManifest> {
  const stage = openStage(`${out}.payload`, namesOfIds(host.files));
  for (const item of walkTree(root)) stage.add({ name: item.path === '' ? 'data/r' : `data/r/${item.path}`, item });
  stage.close();
  const manifest = manifestOf(stage.entries);
  await writeBundle({ manifest, payload: `${out}.payload`, out, compression, recipients: [] });
  rmSync(`${out}.payload`);
  return manifest;
}
const extract = async (path: string, to: string) => {
  mkdirSync(join(folder, 'dumps'), { recursive: true });
  return await extractBundle({ host, path, places: new Map([['r', to]]), dumps: join(folder, 'dumps'), keepLinks: new Set() });
};

const base = {
  mode: 0o644,
  uid: process.getuid?.() ?? 0,
  gid: process.getgid?.() ?? 0,
  user: '',
  group: '',
  mtimeNs: '0',
  size: 0,
};
const rootEntry: BundleEntry = { ...base, name: 'data/r', type: 'folder', mode: 0o755 };
const content = Buffer.from('x');
const file = (name: string): BundleEntry => ({
  ...base,
  name,
  type: 'file',
  size: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
});
const symlink = (name: string, link: string): BundleEntry => ({ ...base, name, type: 'symlink', link });
const hardlink = (name: string, link: string): BundleEntry => ({ ...base, name, type: 'hardlink', link });

/** An archive as an attacker would make it: what he lists, and what he puts in. */
function forge(listed: readonly BundleEntry[], members: readonly Buffer[], change: Partial<BundleManifest> = {}): string {
  const text = Buffer.from(printManifestJson(manifestOf(listed, change)));
  const head = tarHeader({ ...memberOf({ ...base, name: 'manifest.json', type: 'file' }), size: text.length });
  const path = join(folder, 'forged.tar');
  writeFileSync(path, Buffer.concat([head, text, Buffer.alloc(padding(text.length)), ...members, endOfArchive]));
  return path;
}
const packed = (entry: BundleEntry): Buffer =>
  Buffer.concat([tarHeader(memberOf(entry)), ...(entry.type === 'file' ? [content, Buffer.alloc(padding(content.length))] : [])]);
/** A header of another type, its checksum made right. */
const retyped = (entry: BundleEntry, flag: string): Buffer => {
  const block = Buffer.from(tarHeader(memberOf(entry)));
  const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  const wanted = sum - (block[156] ?? 0) + flag.charCodeAt(0);
  block.write(flag, 156, 'latin1');
  block.write(`${wanted.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
};

/** What it is, what the manifest lists, what is packed where it is not that, and what else the manifest says. */
type Forgery = readonly [string, readonly BundleEntry[], (readonly Buffer[] | undefined)?, Partial<BundleManifest>?];

describe('an archive that no capture writes is refused, and nothing appears outside its root', () => {
  const one = file('data/r/a');
  const forgeries: readonly Forgery[] = [
    ['an absolute name', [rootEntry, file('/tmp/evil')]],
    ['a name that leads upwards', [rootEntry, file('data/r/../../evil')]],
    ['a name that ends in two dots', [rootEntry, file('data/r/..')]],
    ['a name with an empty part', [rootEntry, file('data/r//a')]],
    ['a name with a dot', [rootEntry, file('data/r/./a')]],
    ['a name with a NUL', [rootEntry, file('data/r/a\0b')]],
    ['a file outside data', [rootEntry, file('etc/passwd')]],
    ['a root that is not listed', [rootEntry, file('data/other')]],
    ['a dump in a folder', [rootEntry, file('db/x/y')]],
    ['a file below a file', [rootEntry, one, file('data/r/a/b')]],
    ['a file below a symbolic link', [rootEntry, symlink('data/r/l', '/tmp'), file('data/r/l/evil')]],
    ['a file before its folder', [file('data/r/sub/a'), rootEntry]],
    ['a symbolic link to an absolute path', [rootEntry, symlink('data/r/l', '/etc/passwd')]],
    ['a symbolic link that leads upwards', [rootEntry, symlink('data/r/l', '../../x')]],
    ['a symbolic link that leads upwards by a detour', [rootEntry, symlink('data/r/l', 'a/../../../x')]],
    ['a hard link out of the bundle', [rootEntry, hardlink('data/r/h', '/etc/passwd')]],
    ['a hard link upwards', [rootEntry, hardlink('data/r/h', 'data/r/../../x')]],
    ['a hard link to a symbolic link', [rootEntry, symlink('data/r/l', 'a'), hardlink('data/r/h', 'data/r/l')]],
    ['a hard link to what comes later', [rootEntry, hardlink('data/r/h', 'data/r/a'), one]],
    ['a name twice', [rootEntry, one, one]],
    ['a folder that is a symbolic link as well', [rootEntry, symlink('data/r/l', 'x'), { ...rootEntry, name: 'data/r/l' }]],
    ['more than 256 folders', [rootEntry, file(`data/r/${'d/'.repeat(300)}a`)]],
    ['a member that is not listed', [rootEntry], [packed(rootEntry), packed(one)]],
    ['a member that is missing', [rootEntry, one], [packed(rootEntry)]],
    ['members in another order', [rootEntry, one, file('data/r/b')], [packed(rootEntry), packed(file('data/r/b')), packed(one)]],
    ['a member that is there twice', [rootEntry, one], [packed(rootEntry), packed(one), packed(one)]],
    ['another mode than is listed', [rootEntry, one], [packed(rootEntry), packed({ ...one, mode: 0o4755 })]],
    ['another content than is listed', [rootEntry, { ...one, sha256: '0'.repeat(64) }]],
    ['a character device', [rootEntry, one], [packed(rootEntry), retyped(one, '3')]],
    ['a block device', [rootEntry, one], [packed(rootEntry), retyped(one, '4')]],
    ['a sparse file of GNU tar', [rootEntry, one], [packed(rootEntry), retyped(one, 'S')]],
    ['a long name of GNU tar', [rootEntry, one], [packed(rootEntry), retyped(one, 'L')]],
    ['a global header', [rootEntry, one], [retyped(one, 'g'), packed(rootEntry)]],
    ['a size that does not add up', [rootEntry, one], undefined, { totals: { entries: 2, bytes: 1e15 } }],
    ['a count that does not add up', [rootEntry, one], undefined, { totals: { entries: 1e9, bytes: 1 } }],
    ['a wrong tree digest', [rootEntry, one], undefined, { treeDigest: '0'.repeat(64) }],
  ];
  for (const [title, listed, members = listed.map(packed), change] of forgeries)
    test(title, async () => {
      const path = forge(listed, members, change);
      const before = readdirSync(folder);
      await expect(extract(path, join(folder, 'out'))).rejects.toMatchObject({
        code: expect.stringMatching(/^ROTA_BUNDLE_(HOSTILE|MISMATCH|FORMAT)$/),
      });
      expect(readdirSync(folder).filter((name) => !before.includes(name) && name !== 'out' && name !== 'dumps')).toEqual([]);
    });

  test('while the honest one is taken', async () => {
    await extract(forge([rootEntry, one], [packed(rootEntry), packed(one)]), join(folder, 'out'));
    expect(readFileSync(join(folder, 'out', 'a'), 'utf8')).toBe('x');
  });

  test('names that differ by case or by composition only are refused where they are one', () => {
    const manifest = manifestOf([rootEntry, file('data/r/\u00e9'), file('data/r/e\u0301')]);
    expect(() => checkManifest(manifest, 'darwin')).toThrow('one on this machine');
    expect(() => checkManifest(manifest, 'linux')).not.toThrow();
    expect(() => checkManifest(manifestOf([rootEntry, file('data/r/A'), file('data/r/a')]), 'win32')).toThrow(
      'one on this machine',
    );
  });

  test('a folder that is in the way is not followed', async () => {
    symlinkSync('/etc', join(folder, 'out'));
    await expect(extract(forge([rootEntry, one], [packed(rootEntry), packed(one)]), join(folder, 'out'))).rejects.toThrow();
    expect(existsSync('/etc/a')).toBe(false);
  });
});

test('links that leave their root are told by their text', () => {
  for (const link of ['/x', '..', '../..', 'a/../..', 'C:\\x', './../../r/a'])
    expect(leavesRoot('data/r/l', link), link).toBe(true);
  for (const link of ['a', './a', 'a/../b', 'nowhere']) expect(leavesRoot('data/r/l', link), link).toBe(false);
  expect(leavesRoot('data/r/sub/l', '../a')).toBe(false);
});

describe('damage is noticed', () => {
  test('at every 512 bytes of a cut, and of any bit: what is read is what was written, or refused', {
    timeout: 120_000,
  }, async () => {
    mkdirSync(join(folder, 'tree', 'sub'), { recursive: true });
    for (let at = 0; at < 5; at++) writeFileSync(join(folder, 'tree', 'sub', `f${at}`), `${at}`.repeat(at * 300));
    for (const compression of ['none', 'gzip'] as const) {
      const manifest = await pack(join(folder, 'tree'), join(folder, compression), compression);
      const whole = readFileSync(join(folder, compression));
      const broken = join(folder, 'broken');
      const readsWrong = async (bytes: Buffer): Promise<boolean> => {
        writeFileSync(broken, bytes);
        const read = await readBundle(broken).catch(() => undefined);
        return read !== undefined && read.treeDigest !== manifest.treeDigest;
      };
      const accepted = async (bytes: Buffer): Promise<boolean> => {
        writeFileSync(broken, bytes);
        return await readBundle(broken).then(
          () => true,
          () => false,
        );
      };
      for (let size = 0; size < whole.length; size += 512)
        expect(await accepted(whole.subarray(0, size)), `${compression} ${size}`).toBe(false);
      for (let at = 0; at < whole.length; at += 512) {
        const bytes = Buffer.from(whole);
        bytes[at] = (bytes[at] ?? 0) ^ 0xff;
        expect(await readsWrong(bytes), `${compression} byte ${at}`).toBe(false);
      }
      await fc.assert(
        fc.asyncProperty(fc.nat(whole.length * 8 - 1), async (bit) => {
          const bytes = Buffer.from(whole);
          bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
          expect(await readsWrong(bytes)).toBe(false);
        }),
        { numRuns: long ? 5000 : 100 },
      );
    }
  });
});

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
  test(`come back with the same digest, also through GNU tar${bsdtar ? ' and bsdtar' : ''}`, { timeout: 600_000 }, async () => {
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
            const { linkSync } = process.getBuiltinModule('node:fs');
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
      { numRuns: long ? 2000 : 40 },
    );
  });
});
