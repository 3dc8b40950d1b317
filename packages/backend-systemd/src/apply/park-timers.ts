import { join } from 'node:path';
import type { Host } from '@rota/core';
import { reloadManager } from './reload-manager.ts';
import { startTimers } from './start-timers.ts';
import { stopTimers } from './stop-timers.ts';

/** The last year that systemd computes with. */
const never = '2199-12-31 23:59:00 UTC';

/**
 * Stops timers so that they count from now when they are started again. A stop alone does not do that: 252 computes the first elapse of a started
 * timer from its *earlier* start when the unit was never unloaded, so that a time between then and now would elapse at once. One start with a
 * time in the far future moves that. (A reload of the running timer would do for 252, but 262 counts it from its last trigger; all measured.)
 */
export async function parkTimers(host: Host, unitFolder: string, timers: readonly string[]): Promise<void> {
  if (timers.length === 0) return;
  await stopTimers(host, timers);
  for (const timer of timers) {
    const service = timer.replace(/\.timer$/, '.service');
    host.files.write(join(unitFolder, timer), `[Timer]\nOnCalendar=${never}\nUnit=${service}\n`);
  }
  await reloadManager(host);
  await startTimers(host, timers);
  await stopTimers(host, timers);
}
