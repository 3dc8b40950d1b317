import { fileURLToPath } from 'node:url';

/** Absolute path of a file of this package. It stands here because the build, too, is one level below the package. */
export function ownFile(name: string): string {
  return fileURLToPath(new URL(`../${name}`, import.meta.url));
}
