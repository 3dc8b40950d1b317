import type { ProcessRunner } from '../../host/process-runner.ts';
import { type AttributesByPath, readAttributes } from './extended-attributes.ts';

/** The extended attributes of what is below some roots. */
export interface RootAttributes {
  /** False where the program that reads them is missing. */
  readonly known: boolean;
  /** Of how many paths. */
  readonly count: number;
  /** Of a member: `data/ROOT/PATH`. */
  of(name: string): Readonly<Record<string, string>> | undefined;
}

/** Reads them root by root, in a process of its own. */
export async function readRootAttributes(
  run: ProcessRunner,
  roots: readonly { readonly name: string; readonly path: string }[],
): Promise<RootAttributes> {
  const found = new Map<string, { readonly path: string; readonly attributes: AttributesByPath }>();
  let count = 0;
  for (const { name, path } of roots) {
    const attributes = await readAttributes(run, path);
    if (attributes === undefined) return { known: false, count: 0, of: () => undefined };
    found.set(name, { path, attributes });
    count += attributes.size;
  }
  return {
    known: true,
    count,
    of(name) {
      const [area, root = ''] = name.split('/', 2);
      const at = area === 'data' ? found.get(root) : undefined;
      return at?.attributes.get(`${at.path}${name.slice(`data/${root}`.length)}`);
    },
  };
}
