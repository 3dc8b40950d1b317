import { randomUUID } from 'node:crypto';
import { copyFile, link, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type BundleStore, RotaError, type Sidecar } from '@rota/core';
import { storeConformance } from '@rota/core/testing';
import { failingTests, temporaryFolder } from '@rota/test-support';
import { expect, it, test } from 'vitest';

const twice = 'keeps one bundle, whole, where it is put twice at once';
const several = 'loses, mixes and shows half of nothing while others put, read, record and remove';
const brokenOff = 'keeps nothing of a bundle that breaks off half-way, and all of it when it is put again';

/** A store that is whole: a folder for each bundle, which gets its name when all is in it. */
function wholeStore(folder: string) {
  const pathOf = ({ id }: Pick<Sidecar, 'id'>): string => join(folder, id);
  return {
    kind: 'plain',
    place: folder,
    placeOf: pathOf,
    async put({ file }, sidecar) {
      if ((await stat(file)).size !== sidecar.size) throw new RotaError('ROTA_BUNDLE_STORE', 'It broke off.');
      const partial = join(folder, `.${randomUUID()}`);
      await mkdir(partial, { recursive: true });
      await copyFile(file, join(partial, 'bundle'));
      await writeFile(join(partial, 'sidecar'), JSON.stringify(sidecar));
      await rename(partial, pathOf(sidecar)).catch(async () => await rm(partial, { recursive: true }));
      return sidecar;
    },
    async list() {
      const names = (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith('.'));
      const texts = await Promise.all(
        names.map((name) => readFile(join(folder, name, 'sidecar'), 'utf8').catch(() => undefined)),
      );
      const found = texts.flatMap((text): readonly Sidecar[] => (text === undefined ? [] : [JSON.parse(text)]));
      return found.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
    },
    async fetch(bundle, to) {
      const path = join(to, `${bundle.id}.bundle`);
      await link(join(pathOf(bundle), 'bundle'), path).catch((cause: unknown) => {
        throw new RotaError('ROTA_BUNDLE_STORE', 'It is not there.', { cause });
      });
      return path;
    },
    async update(bundle) {
      const fresh = join(folder, `.${randomUUID()}`);
      await writeFile(fresh, JSON.stringify(bundle));
      await rename(fresh, join(pathOf(bundle), 'sidecar')).catch(async () => await rm(fresh));
    },
    async remove(bundles) {
      for (const bundle of bundles) {
        const gone = join(folder, `.${randomUUID()}`);
        await rename(pathOf(bundle), gone).then(
          async () => await rm(gone, { recursive: true }),
          () => undefined,
        );
      }
    },
  } satisfies BundleStore;
}

type Breakage = (whole: BundleStore, folder: string) => Partial<BundleStore>;

/** Each way to be wrong, and the test that must notice. */
const breakages: readonly (readonly [what: string, breakage: Breakage, noticedBy: string])[] = [
  [
    'gives each put a name of its own',
    (whole, folder) => ({
      async put(content, sidecar) {
        await whole.put(content, sidecar);
        await rename(whole.placeOf(sidecar), join(folder, randomUUID()));
        return sidecar;
      },
    }),
    twice,
  ],
  [
    'writes where it lists',
    (whole) => ({
      async put({ file }, sidecar) {
        await mkdir(whole.placeOf(sidecar), { recursive: true });
        await writeFile(join(whole.placeOf(sidecar), 'sidecar'), JSON.stringify(sidecar));
        const bytes = await readFile(file);
        const out = await open(join(whole.placeOf(sidecar), 'bundle'), 'w');
        for (let at = 0; at < bytes.length; at += 50_000) {
          await out.write(bytes.subarray(at, at + 50_000));
          await pause(20);
        }
        await out.close();
        return sidecar;
      },
    }),
    several,
  ],
  [
    'keeps its list in one file, which it reads and writes again',
    (whole, folder) => {
      const index = join(folder, '.index');
      const listed = async (): Promise<readonly string[]> => JSON.parse(await readFile(index, 'utf8').catch(() => '[]'));
      return {
        async put(content, sidecar) {
          await whole.put(content, sidecar);
          const before = await listed();
          await pause(20);
          await writeFile(index, JSON.stringify([...before, sidecar.id]));
          return sidecar;
        },
        async list() {
          const known = await listed();
          return (await whole.list()).filter(({ id }) => known.includes(id));
        },
      };
    },
    several,
  ],
  [
    'cannot list while a bundle is removed',
    (whole, folder) => ({
      async list() {
        const names = (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith('.'));
        await pause(20);
        for (const name of names) await readFile(join(folder, name, 'sidecar'), 'utf8');
        return await whole.list();
      },
    }),
    several,
  ],
  [
    'keeps what came until it broke off',
    (whole) => ({
      async put(content, sidecar) {
        const { size } = await stat(content.file);
        await whole.put(content, { ...sidecar, size });
        await whole.update(sidecar);
        if (size !== sidecar.size) throw new RotaError('ROTA_BUNDLE_STORE', 'It broke off.');
        return sidecar;
      },
    }),
    brokenOff,
  ],
  [
    'does not say that it broke off',
    (whole) => ({ put: async (content, sidecar) => await whole.put(content, sidecar).catch(() => sidecar) }),
    brokenOff,
  ],
];

/** The tests of the kit that fail, or one of them. */
const failures = (breakage: Breakage, only?: string): Promise<readonly string[]> => {
  const makePlace = () => {
    const folder = join(temporaryFolder(), 'store');
    return { open: () => ({ ...wholeStore(folder), ...breakage(wholeStore(folder), folder) }) };
  };
  return failingTests((test) => storeConformance(test, { name: 'broken', makePlace }), only);
};

test('the kit passes the store that is whole', async () => {
  expect(await failures(() => ({}))).toEqual([]);
});

it.each(breakages)('the kit fails a store that %s', async (_, breakage, noticedBy) => {
  expect(await failures(breakage, noticedBy)).toEqual([noticedBy]);
});
