import { randomUUID } from 'node:crypto';
import { closeSync, constants, copyFileSync, fsyncSync, linkSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { RotaError } from '../../errors/rota-error.ts';
import type { Host } from '../../host/host.ts';
import { type BundleStore, oldestFirst, type Sidecar } from './bundle-store.ts';
import { parseSidecar, printSidecar, sidecarSuffix } from './sidecar-text.ts';

/**
 * Bundles in a folder, each with its sidecar. A bundle is listed when both are there. The sidecar comes first and goes last, so that a
 * process that dies between leaves a small file behind, never a large one that nobody knows.
 */
export function folderStore(host: Pick<Host, 'files'>, folder: string): BundleStore {
  const { files } = host;
  const fileOf = ({ file }: Sidecar): string => join(folder, file);
  const sidecarOf = (bundle: Sidecar): string => `${fileOf(bundle)}${sidecarSuffix}`;
  const isThere = (bundle: Sidecar): boolean => files.facts(fileOf(bundle))?.kind === 'file';
  return {
    kind: 'folder',
    place: folder,
    placeOf: fileOf,
    put: async ({ file }, sidecar) =>
      told(folder, () => {
        checkSize(host, file, sidecar);
        files.makeFolder(folder, 0o700);
        files.write(sidecarOf(sidecar), printSidecar(sidecar), 0o600);
        try {
          // Asked once more, so that a process that is dead to its files keeps nothing.
          if (files.facts(folder)?.kind === 'folder')
            keepFile(host, file, fileOf(sidecar), join(folder, `.${sidecar.file}.${randomUUID()}.partial`));
        } catch (error) {
          // A disk that is full would gather them.
          if (!isThere(sidecar)) files.remove(sidecarOf(sidecar));
          throw error;
        }
        return sidecar;
      }),
    list: async () =>
      told(folder, () => {
        const names = new Set(files.list(folder));
        const found = [...names]
          .filter((name) => name.endsWith(sidecarSuffix) && names.has(name.slice(0, -sidecarSuffix.length)))
          .flatMap((name) => {
            const sidecar = parseSidecar(files.readText(join(folder, name)));
            return sidecar !== undefined && `${sidecar.file}${sidecarSuffix}` === name && isThere(sidecar) ? [sidecar] : [];
          });
        return oldestFirst(found);
      }),
    async fetch(bundle) {
      if (isThere(bundle)) return fileOf(bundle);
      throw new RotaError('ROTA_BUNDLE_STORE', `The bundle ${bundle.id} is not in ${folder} any more.`);
    },
    update: async (bundle) =>
      told(folder, () => {
        if (isThere(bundle)) files.write(sidecarOf(bundle), printSidecar(bundle), 0o600);
      }),
    remove: async (bundles) =>
      told(folder, () => {
        for (const bundle of bundles) {
          if (parseSidecar(files.readText(sidecarOf(bundle)))?.id !== bundle.id) continue;
          files.remove(fileOf(bundle));
          files.remove(sidecarOf(bundle));
        }
      }),
  };
}

/** A file that broke off would be linked as it is. */
function checkSize({ files }: Pick<Host, 'files'>, file: string, { id, size }: Sidecar): void {
  const found = files.facts(file)?.size ?? 0;
  if (found !== size)
    throw new RotaError(
      'ROTA_BUNDLE_STORE',
      `The bundle ${id} broke off: ${file} has ${found} of ${size} bytes. Capture it again.`,
    );
}

/** On the same file system a second name is enough: instant, and there as a whole or not at all. */
function keepFile({ files }: Pick<Host, 'files'>, from: string, to: string, partial: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error) || error.code === 'EEXIST') throw error;
    try {
      copyFileSync(from, partial, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      sync(partial);
      files.rename(partial, to);
    } finally {
      files.remove(partial);
    }
  }
  if (process.platform !== 'win32') sync(join(to, '..'));
}

function sync(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** What the system says, with the store that it says it of. */
function told<T>(folder: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof Error && 'syscall' in cause)) throw cause;
    throw new RotaError('ROTA_BUNDLE_STORE', `The bundle store ${folder} failed: ${cause.message}`, { cause });
  }
}
