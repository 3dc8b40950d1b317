import { sha256 } from '../host/sha256.ts';
import type { JobKey } from '../job/job.ts';
import { firesBetween } from '../schedule/fires-between.ts';
import { nextFire } from '../schedule/next-fire.ts';
import type { Schedule } from '../schedule/schedule.ts';

/** A proposal: how long after its fire time a job starts on each host. */
export interface Stagger extends JobKey {
  /** Every offset is smaller, in seconds. A good value for `randomizedDelay`. */
  readonly windowSeconds: number;
  readonly hosts: readonly { readonly host: string; readonly offsetSeconds: number; readonly next: number | null }[];
}

const week = 7 * 86_400;

/**
 * Spreads a job evenly over hosts, within the window and within half of the job's smallest gap of the coming week, so that no host's
 * late start meets another's next one. Stable: it depends on the names alone, and each job begins with another host. Pure.
 */
export function staggerHosts(
  jobs: readonly (JobKey & { readonly schedule: Schedule })[],
  hosts: readonly string[],
  from: number,
  windowSeconds: number,
): readonly Stagger[] {
  const names = [...new Set(hosts)].sort();
  return jobs.map(({ tenant, name, schedule }) => {
    const room = Math.max(1, Math.min(windowSeconds, Math.floor(smallestGapOf(schedule, from) / 2)));
    const rotation = Number.parseInt(sha256(`${tenant}/${name}`).slice(0, 8), 16) % names.length;
    const next = nextFire(schedule, from);
    return {
      tenant,
      name,
      windowSeconds: room,
      hosts: names.map((host, index) => {
        const offsetSeconds = Math.floor((((index + rotation) % names.length) * room) / names.length);
        return { host, offsetSeconds, next: next === null ? null : next + offsetSeconds };
      }),
    };
  });
}

function smallestGapOf(schedule: Schedule, from: number): number {
  const times = firesBetween(schedule, from, from + week);
  return times.reduce((least, at, index) => Math.min(least, at - (times[index - 1] ?? Number.NEGATIVE_INFINITY)), week);
}
