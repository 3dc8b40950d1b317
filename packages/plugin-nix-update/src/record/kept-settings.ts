import type { Files } from '@rota/core';
import type { Settings } from '../settings/options-schema.ts';

/** Settings of the last run, without what may hold a secret: `rollback` and `status` work although the config cannot be loaded. */
export type KeptSettings = Omit<Settings, 'notify'>;

export function keepSettings(files: Pick<Files, 'write' | 'readText'>, path: string, { notify: _, ...kept }: Settings): void {
  const text = `${JSON.stringify(kept)}\n`;
  if (files.readText(path) !== text) files.write(path, text);
}

/** `null` when no update has run, or the file cannot be read. */
export function readKeptSettings(files: Pick<Files, 'readText'>, path: string): Settings | null {
  try {
    const value: unknown = JSON.parse(files.readText(path) ?? 'null');
    return typeof value === 'object' && value !== null && 'flakePath' in value
      ? { ...(value as KeptSettings), notify: {} }
      : null;
  } catch {
    return null;
  }
}
