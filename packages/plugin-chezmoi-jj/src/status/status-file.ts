import type { Host } from '@rota/core';
import type { DotfileOptions } from '../options.ts';
import { belowHome } from '../sync/session/below-home.ts';
import type { Place } from '../sync/session/place.ts';
import { readJson } from './read-json.ts';
import type { SyncStatus } from './sync-status.ts';

/** What the last sync said; `undefined` before the first. */
export function readStatus(host: Pick<Host, 'files'>, place: Place): SyncStatus | undefined {
  const value = readJson(host.files, place.status);
  if (typeof value !== 'object' || value === null || !('formatVersion' in value) || value.formatVersion !== 1) return undefined;
  return value as SyncStatus;
}

/** RECORD: one step, so that a reader sees the old status or the new one; also where the options want a copy. Answers the status as it was kept. */
export function writeStatus(
  host: Pick<Host, 'files' | 'user'>,
  place: Place,
  options: Pick<DotfileOptions, 'statusFile'>,
  status: SyncStatus,
): SyncStatus {
  const textOf = (value: SyncStatus): string => `${JSON.stringify(value, null, 2)}\n`;
  let kept = status;
  if (options.statusFile !== undefined) {
    const path = belowHome(host, options.statusFile);
    try {
      host.files.write(path, textOf(status), 0o644);
    } catch (error) {
      // The sync is done all the same.
      const message = `statusFile ${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`;
      kept = { ...status, lastError: status.lastError ?? { kind: 'status-file', message } };
    }
  }
  host.files.write(place.status, textOf(kept));
  return kept;
}
