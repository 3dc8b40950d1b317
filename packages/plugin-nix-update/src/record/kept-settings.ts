import type { Files } from '@rota/core';
import * as v from 'valibot';
import { optionsSchema, type Settings } from '../settings/options-schema.ts';

/** Keeps the settings of a run, without what may hold a secret: `rollback` and `status` work although the config cannot be loaded. */
export function keepSettings(files: Pick<Files, 'write' | 'readText'>, path: string, { notify: _, ...kept }: Settings): void {
  const text = `${JSON.stringify(kept)}\n`;
  if (files.readText(path) !== text) files.write(path, text);
}

/** What is kept in milliseconds, and read in whole seconds, as a number without a unit is. */
const durations = new Set([
  'randomizedDelay',
  'rebootDelay',
  'minUptime',
  'healthSettle',
  'healthGrace',
  'timeout',
  'activationTimeout',
  'soak',
]);

const asDuration = (name: string, value: unknown): unknown =>
  typeof value === 'number' && durations.has(name) ? value / 1000 : value;

/** `null` when no update has run, or the file cannot be read. */
export function readKeptSettings(files: Pick<Files, 'readText'>, path: string): Settings | null {
  try {
    const value: unknown = JSON.parse(files.readText(path) ?? 'null', asDuration);
    if (typeof value !== 'object' || value === null) return null;
    // An older rota, such as that of the system before, leaves out what it does not know.
    const known = Object.entries(value).filter(([name]) => name in optionsSchema.pipe[0].entries);
    const result = v.safeParse(optionsSchema, Object.fromEntries(known));
    return result.success ? { ...result.output, notify: {} } : null;
  } catch {
    return null;
  }
}
