import type { Host } from '@rota/core';
import { batches, systemctl, trySystemctl } from '../systemctl.ts';

/** Stops timers, never their services. What the manager does not know is stopped already. */
export async function stopTimers(host: Host, timers: readonly string[]): Promise<void> {
  for (const batch of batches(timers)) {
    const result = await trySystemctl(host, ['stop', ...batch]);
    if (result.exitCode === 0) continue;
    const loaded = await loadedOf(host, batch);
    if (loaded.length > 0) await systemctl(host, ['stop', ...loaded]);
  }
}

async function loadedOf(host: Host, units: readonly string[]): Promise<readonly string[]> {
  const text = await systemctl(host, ['list-units', '--all', '--plain', '--no-legend', '--no-pager', ...units]);
  return text.split('\n').flatMap((line) => line.trim().split(/\s+/)[0] || []);
}
