import { readFileSync } from 'node:fs';
import { bundled } from './bundled.ts';

/** One file of plain JavaScript, dependencies included, from the sources as they are: a test machine has no build of this checkout. */
export async function bundleForMachine(entry: string, format: 'esm' | 'cjs' = 'esm'): Promise<string> {
  return readFileSync(await bundled(entry, format), 'utf8');
}
