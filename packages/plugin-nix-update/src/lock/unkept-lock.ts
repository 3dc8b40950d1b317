import type { Files } from '@rota/core';
import * as v from 'valibot';

const schema = v.object({
  formatVersion: v.literal(1),
  repository: v.string(),
  commit: v.string(),
  digest: v.nullable(v.string()),
});

/** A lock that is deployed, and that the checkout or its upstream does not have yet: a held index, a push that was refused. */
export type UnkeptLock = v.InferOutput<typeof schema>;

/** `null` when there is none, or what stands there is none. */
export function readUnkeptLock(files: Pick<Files, 'readText'>, path: string): UnkeptLock | null {
  try {
    const result = v.safeParse(schema, JSON.parse(files.readText(path) ?? 'null'));
    return result.success ? result.output : null;
  } catch {
    return null;
  }
}

export function writeUnkeptLock(files: Pick<Files, 'write'>, path: string, lock: UnkeptLock): void {
  files.write(path, `${JSON.stringify(lock)}\n`);
}
