import type { Host } from '../../host/host.ts';
import { loadZone } from './load-zone.ts';
import type { Zone } from './zone.ts';

/**
 * The zone that a job's `timezone` means on a host: an IANA name, or `local` for the host's own.
 *
 * @throws ROTA_ZONE_UNKNOWN, ROTA_ZONE_DATA
 */
export function hostZone({ timezone, zoneRoots }: Pick<Host, 'timezone' | 'zoneRoots'>, name: string): Zone {
  return loadZone(name === 'local' ? timezone : name, { roots: zoneRoots });
}
