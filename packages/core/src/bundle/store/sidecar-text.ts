import * as v from 'valibot';
import { type Sidecar, sidecarSchema } from './bundle-store.ts';

/** A sidecar's name is that of its bundle and this. */
export const sidecarSuffix = '.bundle.json';

export function printSidecar(sidecar: Sidecar): string {
  return `${JSON.stringify(sidecar, null, 2)}\n`;
}

/** A sidecar of ours; `undefined` for anything else, which stays untouched. */
export function parseSidecar(text: string | undefined): Sidecar | undefined {
  try {
    const parsed = v.safeParse(sidecarSchema, JSON.parse(text ?? ''));
    return parsed.success && isFileName(parsed.output.file) ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

/** A bundle's file stands in its store: no name leads elsewhere, or looks like an option. */
function isFileName(name: string): boolean {
  return !/[/\\\0]|^[.-]|^$/.test(name);
}
