import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandPart, requirePart } from '@rota/test-support';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openEntrySpool } from './format/entry-spool.ts';
import type { BundleEntry, BundleManifest } from './format/manifest.ts';
import { readBundle, readManifest } from './format/read-bundle.ts';
import { bestCompression, type Compression } from './format/stream-parts.ts';
import { microseconds } from './format/tree-digest.ts';
import { writeBundle } from './format/write-bundle.ts';
import { headOf, stageRoot } from './packed-tree.test-support.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'rota-bundle-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function pack(root: string, out: string, compression: Compression = 'gzip', recipients: readonly string[] = []) {
  const payload = `${out}.payload`;
  const entries = openEntrySpool();
  const stage = stageRoot(root, payload, entries);
  const head = headOf(root, stage, entries);
  const written = await writeBundle({ manifest: head, entries, payload, out, compression, recipients });
  const manifest: BundleManifest = { ...head, entries: [...entries] };
  entries.close();
  rmSync(payload);
  return { manifest, ...written };
}

/** A folder with one of everything that a bundle holds. */
function sampleTree(root: string): void {
  mkdirSync(join(root, 'sub', 'deep'), { recursive: true });
  writeFileSync(join(root, 'sub', 'file'), 'hello\n');
  writeFileSync(join(root, 'empty'), '');
  linkSync(join(root, 'sub', 'file'), join(root, 'again'));
  symlinkSync('sub/file', join(root, 'link'));
  symlinkSync('nowhere', join(root, 'dangling'));
  writeFileSync(join(root, 'x'.repeat(255)), 'long name');
  writeFileSync(join(root, 'new\nline "quoted" \\ \u00e9 \u{1f600}'), 'odd name');
  writeFileSync(Buffer.concat([Buffer.from(`${root}/latin1-`), Buffer.from([0xe9, 0xff])]), 'no utf-8');
  writeFileSync(join(root, 'sparse'), 'start');
  truncateSync(join(root, 'sparse'), 300_000);
  chmodSync(join(root, 'sub'), 0o2751);
  chmodSync(join(root, 'sub', 'file'), 0o640);
  utimesSync(join(root, 'empty'), 1, 1_234_567_890.123456);
  lutimesSync(join(root, 'link'), 1, 1_000_000_000.5);
  execFileSync('mkfifo', [join(root, 'fifo')]);
}

const compressions: readonly Compression[] = ['none', 'gzip', ...(bestCompression() === 'zstd' ? (['zstd'] as const) : [])];

describe.each(compressions)('a bundle (%s)', (compression) => {
  test('is read back to the manifest it was written with', async () => {
    sampleTree(join(folder, 'tree'));
    const { manifest } = await pack(join(folder, 'tree'), join(folder, 'b'), compression);
    const contents: string[] = [];
    const read = await readBundle(join(folder, 'b'), {
      onMember: (entry) => ({
        write: (part) => void (entry.size <= 100 && contents.push(Buffer.from(part).toString())),
        end: () => undefined,
        abort: () => expect.unreachable(),
      }),
    });
    const { entries, ...head } = manifest;
    expect(read).toEqual(head);
    expect((await readManifest(join(folder, 'b'))).entries).toEqual(entries);
    expect(contents).toContain('hello\n');
    expect(contents).toContain('no utf-8');
    expect(manifest.entries.filter(({ type }) => type === 'hardlink')).toHaveLength(1);
    expect(manifest.entries.find(({ name }) => name.endsWith('/sparse'))).toMatchObject({ sparse: true, size: 300_000 });
  });
});

test('equal trees give equal bytes', async () => {
  sampleTree(join(folder, 'tree'));
  const one = await pack(join(folder, 'tree'), join(folder, 'one'));
  expect((await pack(join(folder, 'tree'), join(folder, 'two'))).sha256).toBe(one.sha256);
});

const packages: ReadonlyMap<string, string> = new Map([['bsdtar', 'libarchive-tools']]);

describe('other programs open it', () => {
  const extractors: readonly (readonly [string, (archive: string, to: string) => readonly string[]])[] = [
    ['tar', (archive, to) => ['--numeric-owner', '-xpf', archive, '-C', to]],
    ['bsdtar', (archive, to) => ['--numeric-owner', '-xpf', archive, '-C', to]],
    [
      'python3',
      (archive, to) => [
        '-c',
        // Before 3.11.4 there are no filters, and everything is trusted.
        'import sys,tarfile\nhow={"filter": "fully_trusted"} if hasattr(tarfile, "fully_trusted_filter") else {}\nwith tarfile.open(sys.argv[1]) as t: t.extractall(sys.argv[2], numeric_owner=True, **how)',
        archive,
        to,
      ],
    ],
  ];
  for (const [program, args] of extractors)
    requirePart(commandPart(program, packages.get(program)))(`such as ${program}`, () => {
      test('which gives the same tree back', async () => {
        sampleTree(join(folder, 'tree'));
        const { manifest } = await pack(join(folder, 'tree'), join(folder, 'b.tar.gz'));
        mkdirSync(join(folder, 'out'));
        execFileSync(program, args(join(folder, 'b.tar.gz'), join(folder, 'out')), {
          env: { ...process.env, LC_ALL: 'C.UTF-8' },
        });
        const text = readFileSync(join(folder, 'out', 'manifest.json'), 'utf8');
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(manifest)));
        const again = await pack(join(folder, 'out', 'data', 'r'), join(folder, 'again.tar.gz'));
        // Python keeps times as floating-point numbers, which are off by up to a microsecond.
        const exact = (entry: BundleEntry) => (program === 'python3' ? { ...plain(entry), mtimeUs: '' } : plain(entry));
        expect(again.manifest.entries.map(exact)).toEqual(manifest.entries.map(exact));
      });
    });
});

const plain = ({ sparse: _, mtimeNs, ...entry }: BundleEntry) => ({ ...entry, mtimeUs: String(microseconds(BigInt(mtimeNs))) });

requirePart(commandPart('zstd'))('a zstd frame of another program', () => {
  test('is read on every Node; of two frames nothing is lost unnoticed', async () => {
    sampleTree(join(folder, 'tree'));
    const { manifest } = await pack(join(folder, 'tree'), join(folder, 'b.tar'), 'none');
    const tar = readFileSync(join(folder, 'b.tar'));
    const frame = (bytes: Buffer) => execFileSync('zstd', ['-3', '-q', '-c'], { input: bytes });
    writeFileSync(join(folder, 'one.tar.zst'), frame(tar));
    expect(await readManifest(join(folder, 'one.tar.zst'))).toEqual(manifest);
    expect((await readBundle(join(folder, 'one.tar.zst'))).treeDigest).toBe(manifest.treeDigest);
    // Node decodes the first frame only (nodejs/node#64741), the program both: either way never a part taken for the whole.
    for (const border of [512, tar.length - 300_000, tar.length - 1024]) {
      writeFileSync(join(folder, 'two.tar.zst'), Buffer.concat([frame(tar.subarray(0, border)), frame(tar.subarray(border))]));
      const read = await readBundle(join(folder, 'two.tar.zst')).catch((error: unknown) => error);
      if (read instanceof Error) expect(read).toMatchObject({ code: 'ROTA_BUNDLE_FORMAT' });
      else expect(read).toMatchObject({ id: manifest.id, treeDigest: manifest.treeDigest });
    }
  });
});
