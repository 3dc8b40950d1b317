import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeFiles } from '../../host/node-files.ts';
import { sampleBundle } from '../../testing/sample-bundle.ts';
import { storeConformance } from '../../testing/store-conformance.ts';
import { folderStore } from './folder-store.ts';
import { severalStores } from './several-stores.ts';

const host = { files: nodeFiles };
// In memory where that is another file system than that of the bundles, so that both ways of keeping one are tried.
const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const newFolder = (parent = tmpdir()): string => mkdtempSync(join(parent, 'rota-folder-store-'));
const blocked = (): string => {
  const folder = newFolder();
  writeFileSync(join(folder, 'file'), '');
  return join(folder, 'file', 'store');
};
const placeIn = (folder: string) => ({
  open: () => folderStore(host, join(folder, 'store')),
  foreign: () => {
    nodeFiles.makeFolder(join(folder, 'store'));
    const names = ['foreign', 'foreign.bundle.json', 'holiday.tar.gz', 'note.bundle.json', 'note'];
    for (const name of names) writeFileSync(join(folder, 'store', name), name === 'note.bundle.json' ? '{}' : name);
    return async () => names.map((name) => readFileSync(join(folder, 'store', name), 'utf8')).join();
  },
  remove: () => rmSync(folder, { recursive: true, force: true }),
});

for (const [name, parent] of [
  ['folder', tmpdir()],
  ['folder on another disk', memory],
] as const)
  storeConformance(
    { describe, it },
    { name, makePlace: () => placeIn(newFolder(parent)), unreachable: () => folderStore(host, blocked()) },
  );

storeConformance(
  { describe, it },
  {
    name: 'two folders as one',
    makePlace() {
      const one = placeIn(newFolder());
      const two = placeIn(newFolder());
      return {
        open: () => severalStores([one.open(), two.open()]),
        remove: () => [one, two].forEach((place) => void place.remove()),
      };
    },
    unreachable: () => severalStores([folderStore(host, blocked()), folderStore(host, blocked())]),
  },
);

describe('several stores', () => {
  it('keep a bundle in those that can be reached, tell of the others, and read from one that has it', async () => {
    const folder = newFolder();
    const good = folderStore(host, folder);
    const both = severalStores([folderStore(host, blocked()), good]);
    const sample = await sampleBundle();
    await expect(both.put(sample.content, sample.sidecar)).rejects.toThrow(/was done in 1 of 2 stores/);
    expect(await both.list()).toEqual([sample.sidecar]);
    expect(await both.fetch(sample.sidecar, folder)).toBe(good.placeOf(sample.sidecar));
    sample.remove();
    rmSync(folder, { recursive: true });
  });
});

describe('a folder store', () => {
  it('lists nothing of a bundle whose file or sidecar is missing', async () => {
    const folder = newFolder();
    const store = folderStore(host, folder);
    for (const suffix of ['', '.bundle.json']) {
      const { content, sidecar, remove } = await sampleBundle();
      await store.put(content, sidecar);
      rmSync(join(folder, `${sidecar.file}${suffix}`));
      remove();
    }
    expect(await store.list()).toEqual([]);
    expect(readdirSync(folder)).toHaveLength(2);
    rmSync(folder, { recursive: true });
  });

  it('leaves alone what another process is still copying', async () => {
    // Only between disks a bundle is copied.
    const folder = newFolder(memory);
    const { content, sidecar, remove } = await sampleBundle();
    const theirs = join(folder, `.${sidecar.file}.partial`);
    writeFileSync(theirs, 'half of it');
    await folderStore(host, folder).put(content, sidecar);
    expect(readFileSync(theirs, 'utf8')).toBe('half of it');
    expect(readFileSync(join(folder, sidecar.file)).equals(readFileSync(content.file))).toBe(true);
    remove();
    rmSync(folder, { recursive: true });
  });
});
