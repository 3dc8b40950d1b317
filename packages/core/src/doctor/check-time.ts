import { isRotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import { printJobKey } from '../job/job-key.ts';
import type { PlannedEntry } from '../plan/plan.ts';
import { scheduleFacts } from '../plan/schedule-facts.ts';
import { clockChange } from '../run/admit/job-state.ts';
import { hostZone } from '../schedule/zone/host-zone.ts';
import type { Zone } from '../schedule/zone/zone.ts';
import type { DoctorFinding } from './diagnosis.ts';

/** The clock: set back behind what was already recorded, or not kept by anybody. */
export async function checkClock(host: Host, latestRecorded: string | undefined): Promise<readonly DoctorFinding[]> {
  const found: DoctorFinding[] = [];
  const now = host.now();
  if (latestRecorded !== undefined && Date.parse(latestRecorded) - now > 3_600_000) {
    found.push({
      severity: 'error',
      code: 'clock.behind',
      message: `The clock says ${text(now)}, but Rota already recorded something at ${latestRecorded}: what was due between the two ${
        Date.parse(latestRecorded) - now < clockChange * 1000 ? 'does not run a second time' : 'runs again'
      }.`,
      remedy: `Set the clock: ${host.platform === 'win32' ? 'w32tm /resync' : 'sudo timedatectl set-ntp true'}`,
    });
  }
  if (host.platform !== 'linux') return found;
  try {
    const { exitCode, stdout } = await host.run({
      file: 'timedatectl',
      args: ['show', '-p', 'NTPSynchronized', '--value'],
      timeoutMs: 5000,
    });
    if (exitCode === 0 && stdout.trim() === 'no') {
      found.push({
        severity: 'warning',
        code: 'clock.not-synchronised',
        message: 'Nothing keeps the clock of this machine right.',
        remedy: 'sudo timedatectl set-ntp true; where that is not supported: sudo apt install systemd-timesyncd, or chrony',
      });
    }
  } catch (error) {
    if (!isRotaError(error)) throw error; // no timedatectl: who keeps the clock is not known
  }
  return found;
}

/** The zone data that installed jobs go by: there at all, the same as when they were installed, the same as Node's. */
export function checkZones(host: Host, namespace: string, entries: readonly PlannedEntry[]): readonly DoctorFinding[] {
  const found: DoctorFinding[] = [];
  const zones = new Map<string, PlannedEntry[]>();
  for (const entry of entries) {
    if (entry.job.trigger.kind !== 'schedule') continue;
    const { timezone } = entry.job.trigger;
    zones.set(timezone, [...(zones.get(timezone) ?? []), entry]);
  }
  for (const [timezone, users] of zones) {
    const name = timezone === 'local' ? host.timezone : timezone;
    try {
      const zone = hostZone(host, name);
      const facts = scheduleFacts(host.timezone, { roots: host.zoneRoots });
      const changed = users.filter(({ job, zoneDigest }) => zoneDigest !== (facts.declared(job)?.zoneDigest ?? null));
      if (changed.length > 0) {
        found.push({
          severity: 'warning',
          code: 'zone.changed',
          message: `The zone of this machine (${host.timezone}) or the data of ${name} is not what it was when ${changed.map(printJobKey).join(', ')} was installed.`,
          remedy: 'rota maintain',
          namespace,
        });
      }
      const differs = firstDifference(zone, host.now());
      if (differs !== undefined) {
        found.push({
          severity: 'info',
          code: 'zone.node-differs',
          message: `Node's own data of ${name} differs from the machine's (from ${text(differs * 1000)}); schedules follow the machine's.`,
          namespace,
        });
      }
    } catch (error) {
      if (!isRotaError(error)) throw error;
      found.push({
        severity: 'error',
        code: 'zone.missing',
        message: error.message,
        remedy: `Install the zone data of this machine again: sudo apt install --reinstall tzdata (old names: tzdata-legacy). Or give ${users.map(printJobKey).join(', ')} another \`timezone\`, then rota apply.`,
        namespace,
      });
    }
  }
  return found;
}

/** Looks at noon of every tenth day of the coming three years, in seconds since the epoch. */
function firstDifference(zone: Zone, nowMs: number): number | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone.name, timeZoneName: 'longOffset' });
  } catch {
    return Math.floor(nowMs / 1000); // Node does not know it at all
  }
  const first = Math.floor(nowMs / 86_400_000) * 86_400 + 43_200;
  for (let at = first; at < first + 3 * 366 * 86_400; at += 10 * 86_400) {
    const name = format.formatToParts(at * 1000).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign = '+', hours = '0', minutes = '0'] = /GMT([+-])(\d\d):(\d\d)/.exec(name) ?? [];
    const offset = (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
    if (Math.abs(offset - zone.offsetAt(at)) >= 60) return at;
  }
  return undefined;
}

function text(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
