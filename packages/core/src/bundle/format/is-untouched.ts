import type { BigIntStats } from 'node:fs';

/** True when nobody wrote to a file between two looks at it, as far as its times tell. */
export function isUntouched(before: BigIntStats, after: BigIntStats): boolean {
  return (
    before.size === after.size && before.mtimeNs === after.mtimeNs && before.ctimeNs === after.ctimeNs && before.ino === after.ino
  );
}
