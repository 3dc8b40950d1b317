import type { JobKey } from '../job/job.ts';
import { followsWallClock } from '../schedule/calendar.ts';
import { firesBetween } from '../schedule/fires-between.ts';
import type { Schedule } from '../schedule/schedule.ts';
import type { Zone, ZoneChange } from '../schedule/zone/zone.ts';

/** What a change of the clock does to one job on the day that it falls on. */
export interface ClockChangeEffect extends JobKey {
  /** Fire times on that local day. */
  readonly starts: number;
  /** What an ordinary day of that date would have. */
  readonly usualStarts: number;
  /** True when a fire time lies right at the jump, for times that the jump swallowed. */
  readonly atTheJump: boolean;
}

/** A day on which a zone changes its clock. Instants are seconds since the epoch, offsets seconds east of UTC. */
export interface ClockChangeDay {
  readonly timezone: string;
  readonly at: number;
  readonly offsetBefore: number;
  readonly offsetAfter: number;
  /** Only jobs that the change touches. */
  readonly jobs: readonly ClockChangeEffect[];
}

const day = 86_400;

/** The clock changes in [from, to) of the zones that the jobs use, and what they do to them. Pure. */
export function clockChangeDays(
  jobs: readonly (JobKey & { readonly schedule: Schedule })[],
  from: number,
  to: number,
): readonly ClockChangeDay[] {
  const zones = new Map(jobs.map(({ schedule }) => [schedule.zone.name, schedule.zone]));
  return [...zones.values()]
    .flatMap((zone) =>
      zone
        .changesBetween(from, to)
        .filter((change) => change.offsetBefore !== change.offsetAfter)
        .map((change) => ({
          timezone: zone.name,
          at: change.at,
          offsetBefore: change.offsetBefore,
          offsetAfter: change.offsetAfter,
          jobs: jobs.filter((job) => job.schedule.zone.name === zone.name).flatMap((job) => effectOn(job, change)),
        })),
    )
    .sort((a, b) => a.at - b.at || a.timezone.localeCompare(b.timezone, 'en'));
}

function effectOn(job: JobKey & { readonly schedule: Schedule }, change: ZoneChange): readonly ClockChangeEffect[] {
  const midnight = Math.floor((change.at + change.offsetBefore - 1) / day) * day;
  // The local day lasts from its midnight by the old offset to the next one by the new offset.
  const starts = firesBetween(job.schedule, midnight - change.offsetBefore, midnight + day - change.offsetAfter);
  const unchanged: Schedule = { ...job.schedule, zone: fixedZone(change.offsetBefore) };
  const usual = firesBetween(unchanged, midnight - change.offsetBefore, midnight + day - change.offsetBefore);
  // A time on the hour after the jump is due there on every day; only what the gap swallowed is news.
  const gap = change.offsetAfter - change.offsetBefore;
  const swallowed = !followsWallClock(job.schedule.calendar) && usual.some((at) => at >= change.at && at < change.at + gap);
  const atTheJump = swallowed && starts.includes(change.at);
  if (starts.length === usual.length && !atTheJump) return [];
  return [{ tenant: job.tenant, name: job.name, starts: starts.length, usualStarts: usual.length, atTheJump }];
}

const fixedZones = new Map<number, Zone>();

/** A zone whose clock never changes. */
function fixedZone(offset: number): Zone {
  const known = fixedZones.get(offset);
  if (known !== undefined) return known;
  const zone: Zone = {
    name: `UTC${offset < 0 ? '-' : '+'}${Math.abs(offset)}s`,
    digest: '',
    footer: undefined,
    footerFrom: Number.NEGATIVE_INFINITY,
    offsetAt: () => offset,
    changesBetween: () => [],
  };
  fixedZones.set(offset, zone);
  return zone;
}
