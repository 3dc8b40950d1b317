import { join } from 'node:path';
import type { Host } from '@rota/core';

/** Whatever is no folder below a folder, links among it. Absolute. */
export function filesBelow(host: Pick<Host, 'files'>, folder: string): readonly string[] {
  return host.files.list(folder).flatMap((name) => {
    const path = join(folder, name);
    return host.files.readLink(path) === undefined && isFolder(host, path) ? filesBelow(host, path) : [path];
  });
}

/** Also through a link. */
export function isFolder({ files }: Pick<Host, 'files'>, path: string): boolean {
  return files.facts(path)?.kind === 'folder';
}
