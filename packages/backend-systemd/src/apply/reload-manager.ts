import type { Host } from '@rota/core';
import { systemctl } from '../systemctl.ts';

/** Makes the manager read the unit files again. Timers that are loaded compute their next elapse from their new lines; nothing is restarted. */
export async function reloadManager(host: Host): Promise<void> {
  await systemctl(host, ['daemon-reload']);
}
