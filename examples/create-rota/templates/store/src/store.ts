import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type BundleStore, RotaError, type Sidecar } from '@rota/core';

/** What each file begins with; the length of the sidecar follows in four bytes, then the sidecar as JSON, then the bundle. */
const magic = Buffer.from('__name__1\n');
const suffix = '.__name__';

/** Bundles in a folder. What it did not make it neither lists, changes nor removes. */
export function openStore(folder: string): BundleStore {
  const pathOf = (bundle: Sidecar): string => join(folder, `${bundle.id}${suffix}`);

  /** Every failure has one code, so that Rota goes on with the next store. */
  async function attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new RotaError('ROTA_BUNDLE_STORE', `The store ${folder} cannot be used: ${reason}`, { cause });
    }
  }

  return {
    kind: '__name__',
    place: folder,
    placeOf: pathOf,
    put: ({ file }, sidecar) =>
      attempt(async () => {
        if ((await stat(file)).size !== sidecar.size)
          throw new Error(`the bundle ${sidecar.id} broke off: ${file} is not all of it.`);
        await mkdir(folder, { recursive: true });
        const whole = await write(folder, sidecar, file, 0);
        await rename(whole, pathOf(sidecar));
        await settle(folder);
        return sidecar;
      }),
    list: () =>
      attempt(async () => {
        const found: Sidecar[] = [];
        for (const name of await namesIn(folder)) {
          const head = await readHead(join(folder, name));
          if (head !== undefined && name === `${head.sidecar.id}${suffix}`) found.push(head.sidecar);
        }
        return found.sort((a, b) => (`${a.createdAt} ${a.id}` < `${b.createdAt} ${b.id}` ? -1 : 1));
      }),
    fetch: (bundle, to) =>
      attempt(async () => {
        const head = await readHead(pathOf(bundle));
        if (head === undefined) throw new Error(`${pathOf(bundle)} is not there, or not a bundle.`);
        const path = join(to, `${bundle.id}.bundle`);
        await pipeline(createReadStream(pathOf(bundle), { start: head.start }), createWriteStream(path, { mode: 0o600 }));
        return path;
      }),
    update: (bundle) =>
      attempt(async () => {
        const path = pathOf(bundle);
        const head = await readHead(path);
        if (head === undefined) return;
        const whole = await write(folder, bundle, path, head.start);
        // Removed meanwhile: it stays gone.
        if ((await readHead(path)) === undefined) await rm(whole);
        else await rename(whole, path);
      }),
    remove: (bundles) =>
      attempt(async () => {
        for (const bundle of bundles)
          if ((await readHead(pathOf(bundle))) !== undefined) await rm(pathOf(bundle), { force: true });
      }),
  };
}

/** Writes a bundle under a name that `list` does not see, and answers it. */
async function write(folder: string, sidecar: Sidecar, from: string, start: number): Promise<string> {
  const path = join(folder, `.${sidecar.id}.${randomUUID()}`);
  const text = Buffer.from(JSON.stringify(sidecar));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  try {
    const out = createWriteStream(path, { mode: 0o600, flush: true });
    out.write(Buffer.concat([magic, length, text]));
    await pipeline(createReadStream(from, { start }), out);
    return path;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

/** The sidecar in a file, and where the bundle begins; `undefined` when the file is gone or not ours. */
async function readHead(path: string): Promise<{ readonly sidecar: Sidecar; readonly start: number } | undefined> {
  let file: FileHandle;
  try {
    file = await open(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    const head = Buffer.alloc(magic.length + 4);
    await file.read(head, 0, head.length, 0);
    if (!head.subarray(0, magic.length).equals(magic)) return undefined;
    const text = Buffer.alloc(head.readUInt32BE(magic.length));
    await file.read(text, 0, text.length, head.length);
    return { sidecar: JSON.parse(text.toString()), start: head.length + text.length };
  } finally {
    await file.close();
  }
}

/** Nothing was ever kept where there is no folder yet. */
async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith(suffix) && !name.startsWith('.'));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** A name is on the disk when its folder is. */
async function settle(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
