import type { Host } from '@rota/core';
import type { DotfileOptions } from '../options.ts';
import type { Place } from '../sync/place.ts';
import { readJson } from './read-json.ts';
import type { SyncStatus } from './sync-status.ts';

/** What the last sync said; `undefined` before the first. */
export function readStatus(host: Pick<Host, 'files'>, place: Place): SyncStatus | undefined {
  const value = readJson(host.files, place.status);
  if (typeof value !== 'object' || value === null || !('formatVersion' in value) || value.formatVersion !== 1) return undefined;
  return value as SyncStatus;
}

/** RECORD: one step, so that a reader sees the old status or the new one; also where the options want a copy. */
export function writeStatus(
  host: Pick<Host, 'files'>,
  place: Place,
  options: Pick<DotfileOptions, 'statusFile'>,
  status: SyncStatus,
): void {
  const text = `${JSON.stringify(status, null, 2)}\n`;
  host.files.write(place.status, text);
  if (options.statusFile !== undefined) host.files.write(options.statusFile, text, 0o644);
}
