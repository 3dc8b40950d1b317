import { join } from 'node:path';
import type { Host } from '@rota/core';
import type { Folders } from '../folders.ts';

/** When systemd triggered a `Persistent=` timer last, or was told that it did; undefined where it knows of no time. In milliseconds. */
export function readStamp(host: Host, folders: Folders, timer: string): number | undefined {
  return host.files.facts(stampPath(folders, timer))?.modifiedMs;
}

/** The file whose time tells systemd when a `Persistent=` timer was last triggered (systemd.timer(5)). */
export function setStamp(host: Host, folders: Folders, timer: string, timeMs: number): void {
  const path = stampPath(folders, timer);
  if (host.files.facts(path) === undefined) host.files.write(path, '', 0o644);
  host.files.setTimes(path, timeMs);
}

/** Forgets when a timer was last triggered. */
export function removeStamp(host: Host, folders: Folders, timer: string): void {
  host.files.remove(stampPath(folders, timer));
}

function stampPath({ stamps }: Folders, timer: string): string {
  return join(stamps, `stamp-${timer}`);
}
