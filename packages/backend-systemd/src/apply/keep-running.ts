import { join } from 'node:path';
import type { Host } from '@rota/core';
import { batches, runtimeFolder, systemctl } from '../systemctl.ts';
import type { UnitChange } from './unit-change.ts';

/**
 * A removed job that is running finishes, and its end is recorded: its service stays known for that long, as a copy in the runtime folder, which
 * comes after the user's own in the search and is gone at the next boot. Copies of what has ended are removed.
 */
export async function keepRunning(host: Host, unitFolder: string, removed: readonly UnitChange[], prefix: string): Promise<void> {
  const folder = join(runtimeFolder(host), 'systemd/user');
  const copies = host.files.list(folder).filter((name) => name.startsWith(prefix) && name.endsWith('.service'));
  const services = removed
    .map(({ name }) => `${name}.service`)
    .filter((file) => host.files.readText(join(unitFolder, file)) !== undefined);
  const asked = [...new Set([...copies, ...services])];
  if (asked.length === 0) return;
  const running = await runningOf(host, asked);
  for (const file of copies) if (!running.has(file)) host.files.remove(join(folder, file));
  for (const file of services) {
    if (running.has(file)) host.files.write(join(folder, file), host.files.readText(join(unitFolder, file)) ?? '');
  }
}

async function runningOf(host: Host, services: readonly string[]): Promise<ReadonlySet<string>> {
  const running = new Set<string>();
  for (const batch of batches(services)) {
    const text = await systemctl(host, [
      'list-units',
      '--plain',
      '--no-legend',
      '--no-pager',
      '--state=activating,active,deactivating',
      ...batch,
    ]);
    for (const line of text.split('\n')) running.add(line.trim().split(/\s+/)[0] ?? '');
  }
  return running;
}
