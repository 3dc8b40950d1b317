import { join } from 'node:path';
import type { Host } from '@rota/core';
import type { Folders } from '../folders.ts';
import { reloadManager } from './reload-manager.ts';
import { setStamp } from './stamp.ts';
import { startTimers } from './start-timers.ts';
import { stopTimers } from './stop-timers.ts';

/** The last year that systemd computes with. */
const never = '2199-12-31 23:59:00 UTC';

/**
 * Stops timers so that they count from now when they are started again. A stop alone does not do that (all measured): of a unit that was never
 * unloaded, 252 computes the first elapse from its *earlier* start, and 262 from its last trigger, so that a time between then and now would elapse
 * at once. One start with a time in the far future moves the start, and a stamp of now the last trigger.
 */
export async function parkTimers(host: Host, folders: Folders, timers: readonly string[]): Promise<void> {
  if (timers.length === 0) return;
  await stopTimers(host, timers);
  for (const timer of timers) {
    const service = timer.replace(/\.timer$/, '.service');
    host.files.write(join(folders.units, timer), `[Timer]\nOnCalendar=${never}\nPersistent=yes\nUnit=${service}\n`);
    setStamp(host, folders, timer, host.now());
  }
  await reloadManager(host);
  await startTimers(host, timers);
  await stopTimers(host, timers);
}
