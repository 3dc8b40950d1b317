import { join } from 'node:path';
import * as v from 'valibot';
import type { Host } from '../host/host.ts';
import { type BundleStore, type Sidecar, sidecarSchema } from './bundle-store.ts';

const suffix = '.bundle.json';

/** Bundles in a folder, each with its sidecar. The sidecar comes last and goes first: a bundle without one is not listed. */
export function folderStore(host: Pick<Host, 'files'>, folder: string): BundleStore {
  const { files } = host;
  const sidecarOf = (sidecar: Sidecar): string => join(folder, `${sidecar.file}${suffix}`);
  return {
    kind: 'folder',
    place: folder,
    prepare(file) {
      files.makeFolder(folder, 0o700);
      return join(folder, `.${file}.partial`);
    },
    put(prepared, sidecar) {
      files.rename(prepared, join(folder, sidecar.file));
      files.write(sidecarOf(sidecar), `${JSON.stringify(sidecar, null, 2)}\n`, 0o600);
    },
    list() {
      const found: Sidecar[] = [];
      for (const name of files.list(folder)) {
        if (!name.endsWith(suffix)) continue;
        const sidecar = parseSidecar(files.readText(join(folder, name)));
        if (
          sidecar !== undefined &&
          `${sidecar.file}${suffix}` === name &&
          files.facts(join(folder, sidecar.file))?.kind === 'file'
        )
          found.push(sidecar);
      }
      return found.sort((a, b) => (a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : a.id < b.id ? -1 : 1));
    },
    pathOf: (sidecar) => join(folder, sidecar.file),
    update: (sidecar) => files.write(sidecarOf(sidecar), `${JSON.stringify(sidecar, null, 2)}\n`, 0o600),
    remove(sidecar) {
      files.remove(sidecarOf(sidecar));
      files.remove(join(folder, sidecar.file));
    },
  };
}

/** A sidecar of ours; `undefined` for anything else, which stays untouched. */
export function parseSidecar(text: string | undefined): Sidecar | undefined {
  try {
    const parsed = v.safeParse(sidecarSchema, JSON.parse(text ?? ''));
    return parsed.success && !/[/\\\0]/.test(parsed.output.file) ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
