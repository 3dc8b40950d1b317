import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createHost } from '../host/create-host.ts';
import { manifestChecker } from './format/check-manifest.ts';
import type { BundleEntry, BundleManifest } from './format/manifest.ts';
import { manifestFrame } from './format/manifest.ts';
import { memberOf } from './format/member-of.ts';
import { extract, manifestOf } from './packed-tree.test-support.ts';
import { type RestoreInput, restoreBundle } from './restore/restore.ts';
import { defineBundle } from './spec/define-bundle.ts';
import { endOfArchive, tarHeader } from './tar/tar-header.ts';
import { padding } from './tar/tar-member.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'rota-bundle-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

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
  const { entries, ...manifest } = manifestOf(listed, change);
  const { opening, closing } = manifestFrame(manifest);
  const text = Buffer.from(`${opening}${entries.map((entry) => JSON.stringify(entry)).join(',\n')}${closing}`);
  const head = tarHeader({ ...memberOf({ ...base, name: 'manifest.json', type: 'file' }), size: text.length });
  const path = join(folder, 'forged.tar');
  writeFileSync(path, Buffer.concat([head, text, Buffer.alloc(padding(text.length)), ...members, endOfArchive]));
  return path;
}
const packed = (entry: BundleEntry): Buffer =>
  Buffer.concat([tarHeader(memberOf(entry)), ...(entry.type === 'file' ? [content, Buffer.alloc(padding(content.length))] : [])]);
/** A header with other text in a field, its checksum made right. */
const rewritten = (entry: BundleEntry, field: number, text: string): Buffer => {
  const block = Buffer.from(tarHeader(memberOf(entry)));
  block.write(text, field, 'latin1');
  const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
};
const retyped = (entry: BundleEntry, flag: string): Buffer => rewritten(entry, 156, flag);
/** An extended header, which says something else of the member behind it. */
const pax = (key: string, value: string): Buffer => {
  const rest = ` ${key}=${value}\n`;
  const body = Buffer.from(`${rest.length + 2}${rest}`);
  expect(body).toHaveLength(rest.length + 2);
  return Buffer.concat([
    retyped({ ...base, name: 'pax', type: 'file', size: body.length }, 'x'),
    body,
    Buffer.alloc(padding(body.length)),
  ]);
};

/** What the manifest says of an artifact that was packed. */
const artifact = (member: string): Partial<BundleManifest> => ({
  artifact: { system: 's', path: '/nix/store/x', revision: null, member },
});

const root = (name: string) => ({ name, path: '/r', kind: 'folder' as const });
const left = (name: string) => ({ name, policy: 'exclude' as const });
const database = (member: string) => ({ name: 'd', kind: 'sqlite' as const, member });

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
    ['an artifact that is not told of', [rootEntry, file('artifact/closure')]],
    ['an artifact of another name', [rootEntry, file('artifact/downtime.json')], undefined, artifact('artifact/downtime.json')],
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
    ['a name twice with another between', [rootEntry, one, file('data/r/b'), one]],
    ['a root twice', [rootEntry, one, rootEntry]],
    ['names out of order', [rootEntry, file('data/r/b'), one]],
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
    ['a long link of GNU tar', [rootEntry, one], [packed(rootEntry), retyped(one, 'K')]],
    ['a contiguous file', [rootEntry, one], [packed(rootEntry), retyped(one, '7')]],
    ['a member of an unknown type', [rootEntry, one], [packed(rootEntry), retyped(one, 'Z')]],
    ['a prefix that leads upwards', [rootEntry, one], [packed(rootEntry), rewritten(one, 345, '../..'), content]],
    ['an extended header with another name', [rootEntry, one], [packed(rootEntry), pax('path', '../../evil'), packed(one)]],
    ['an extended header with another size', [rootEntry, one], [packed(rootEntry), pax('size', '0000000000'), packed(one)]],
    [
      'an extended header of a sparse file',
      [rootEntry, one],
      [packed(rootEntry), pax('GNU.sparse.name', '../evil'), packed(one)],
    ],
    ['two extended headers', [rootEntry, one], [packed(rootEntry), pax('path', 'data/r/a'), pax('path', '../evil'), packed(one)]],
    [
      'an extended header with another link',
      [rootEntry, symlink('data/r/l', 'a')],
      [packed(rootEntry), pax('linkpath', '/etc/passwd'), packed(symlink('data/r/l', 'a'))],
    ],
    [
      'a symbolic link in place of the folder that a file is in',
      [rootEntry, { ...rootEntry, name: 'data/r/d' }, file('data/r/d/evil')],
      [packed(rootEntry), packed(symlink('data/r/d', '/tmp')), packed(file('data/r/d/evil'))],
    ],
    ['a hard link to a folder', [rootEntry, { ...rootEntry, name: 'data/r/d' }, hardlink('data/r/h', 'data/r/d')]],
    ['a hard link to a pipe', [rootEntry, { ...base, name: 'data/r/f', type: 'fifo' }, hardlink('data/r/h', 'data/r/f')]],
    ['a hard link with content', [rootEntry, one, { ...hardlink('data/r/h', 'data/r/a'), size: 1 }]],
    ['a size that does not add up', [rootEntry, one], undefined, { totals: { entries: 2, bytes: 1e15 } }],
    ['a count that does not add up', [rootEntry, one], undefined, { totals: { entries: 1e9, bytes: 1 } }],
    ['a root that leads upwards', [rootEntry], undefined, { roots: [root('r'), root('..')] }],
    ['a root of several parts', [rootEntry], undefined, { roots: [root('r'), root('a/b')] }],
    ['a root that is listed twice', [rootEntry], undefined, { roots: [root('r'), root('r')] }],
    ['an identity that leads upwards', [rootEntry], undefined, { identity: [left('data/r/../../../etc')] }],
    ['an identity of no root', [rootEntry], undefined, { identity: [left('data/other/key')] }],
    ['an identity elsewhere', [rootEntry], undefined, { identity: [left('/etc/shadow')] }],
    ['a database that leads upwards', [rootEntry], undefined, { databases: [database('data/r/../../x')] }],
    ['a dump that leads upwards', [rootEntry], undefined, { databases: [database('db/..')] }],
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

  test('nobody else runs what is in it: set-user-id is taken away', async () => {
    const program = { ...one, mode: 0o6755 };
    await extract(forge([rootEntry, program], [packed(rootEntry), packed(program)]), join(folder, 'out'));
    expect(statSync(join(folder, 'out', 'a')).mode & 0o7777).toBe(0o755);
  });

  test('while the honest one is taken', async () => {
    await extract(forge([rootEntry, one], [packed(rootEntry), packed(one)]), join(folder, 'out'));
    expect(readFileSync(join(folder, 'out', 'a'), 'utf8')).toBe('x');
  });

  const restore = async (path: string, change: Partial<RestoreInput> = {}) => {
    const host = createHost({ stateDir: join(folder, 'state') });
    const spec = defineBundle({ tenant: 't', name: 'n', roots: [{ name: 'r', path: join(folder, 'app'), links: 'keep' }] });
    return await restoreBundle({ host, namespace: 'default', spec, bundle: { path, sidecar: undefined }, ...change });
  };

  test.each(['in place', 'beside everything'])('a restore %s takes nothing away outside its root', async (where) => {
    const to = where === 'in place' ? {} : { to: join(folder, 'elsewhere') };
    const victim = join(folder, 'victim');
    mkdirSync(victim);
    const upwards = forge([rootEntry], [packed(rootEntry)], { identity: [left('data/r/../victim')] });
    await expect(restore(upwards, to)).rejects.toMatchObject({ code: 'ROTA_BUNDLE_HOSTILE' });
    const link = symlink('data/r/l', folder);
    const byLink = forge([rootEntry, link], [packed(rootEntry), packed(link)], { identity: [left('data/r/l/victim')] });
    await restore(byLink, to);
    expect(existsSync(victim)).toBe(true);
  });

  test('names that differ by case or by composition only are refused where they are one', () => {
    const check = (platform: string, ...entries: readonly BundleEntry[]): void => {
      const { check: checkEntry, finish } = manifestChecker(manifestOf(entries), platform);
      for (const entry of entries) checkEntry(entry);
      finish(entries);
    };
    const composed = [rootEntry, file('data/r/e\u0301'), file('data/r/\u00e9')];
    expect(() => check('darwin', ...composed)).toThrow('one on this machine');
    expect(() => check('linux', ...composed)).not.toThrow();
    expect(() => check('win32', rootEntry, file('data/r/A'), file('data/r/a'))).toThrow('one on this machine');
  });

  test('a folder that is in the way is not followed', async () => {
    symlinkSync('/etc', join(folder, 'out'));
    await expect(extract(forge([rootEntry, one], [packed(rootEntry), packed(one)]), join(folder, 'out'))).rejects.toThrow();
    expect(existsSync('/etc/a')).toBe(false);
  });
});
