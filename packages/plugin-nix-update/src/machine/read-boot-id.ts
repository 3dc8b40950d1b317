import type { Files } from '@rota/core';

/** Another one after each boot; `null` where the kernel does not say. */
export function readBootId(files: Pick<Files, 'readText'>): string | null {
  return files.readText('/proc/sys/kernel/random/boot_id')?.trim() || null;
}
