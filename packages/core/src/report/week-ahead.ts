import { printJobKey } from '../job/job-key.ts';
import { type SimulatedJob, simulate } from '../plan/simulate.ts';
import { instantText } from '../run/record/instant-text.ts';
import type { Zone } from '../schedule/zone/zone.ts';
import type { JobAhead, ReportClockChange, ReportWeek } from './report.ts';

/** The week, and each job's part in it by `tenant/name`. */
export interface WeekAhead {
  readonly week: ReportWeek;
  readonly jobs: ReadonlyMap<string, JobAhead>;
}

const hour = 3600;
const weekHours = 7 * 24;
const shown = { nextStarts: 5, collisions: 50, jobsOfCollision: 12, jobsOfChange: 50 };

/**
 * The seven days from the hour of `now` on: pure, from the declared schedules alone. A minute in which several jobs start collides.
 * Changes of the machine's own clock are told too, whether or not a job goes by it.
 */
export function weekAhead(jobs: readonly SimulatedJob[], now: number, machineZone: Zone): WeekAhead {
  const from = now - (now % hour);
  const to = from + weekHours * hour;
  const all = simulate({ jobs, from, to, limit: Number.MAX_SAFE_INTEGER });
  const perMinute = new Uint32Array(weekHours * 60);
  for (const { fireTimes } of all.jobs) for (const at of fireTimes) add(perMinute, Math.floor((at - from) / 60));
  const collides = (at: number): boolean => (perMinute[Math.floor((at - from) / 60)] ?? 0) > 1;
  const ahead = all.jobs.map((job) => [printJobKey(job), aheadOf(job.fireTimes, { from, now, collides })] as const);
  return {
    jobs: new Map(ahead),
    week: {
      from: instantText(from),
      to: instantText(to),
      starts: all.starts,
      startsPerHour: sumOf(ahead.map(([, job]) => job.startsPerHour)),
      collidingPerHour: sumOf(ahead.map(([, job]) => job.collidingPerHour)),
      collidingMinutes: all.collidingMinutes,
      busiest: all.busiest === null ? null : { hour: instantText(all.busiest.hour), starts: all.busiest.starts },
      collisions: all.collisions.slice(0, shown.collisions).map((collision) => ({
        jobs: collision.jobs.slice(0, shown.jobsOfCollision),
        jobCount: collision.jobs.length,
        times: collision.times,
        first: instantText(collision.first),
      })),
      overruns: all.overruns.map((overrun) => ({ ...overrun, first: instantText(overrun.first) })),
      clockChanges: withMachine(
        all.clockChanges.map((change) => ({
          ...change,
          at: instantText(change.at),
          jobs: change.jobs.slice(0, shown.jobsOfChange),
        })),
        machineZone,
        { from, to },
      ),
    },
  };
}

function aheadOf(
  fires: readonly number[],
  { from, now, collides }: { from: number; now: number; collides: (at: number) => boolean },
): JobAhead {
  const starts = new Array<number>(fires.length === 0 ? 0 : weekHours).fill(0);
  const clashes = [...starts];
  let colliding = 0;
  for (const at of fires) {
    const index = Math.floor((at - from) / hour);
    add(starts, index);
    if (!collides(at)) continue;
    colliding++;
    add(clashes, index);
  }
  const next = fires.findIndex((at) => at >= now);
  return {
    starts: fires.length,
    next: next === -1 ? [] : fires.slice(next, next + shown.nextStarts).map(instantText),
    startsPerHour: starts,
    collidingPerHour: colliding === 0 ? [] : clashes,
    colliding,
  };
}

function add(counts: number[] | Uint32Array, index: number): void {
  counts[index] = (counts[index] ?? 0) + 1;
}

function sumOf(lists: readonly (readonly number[])[]): readonly number[] {
  const sum = new Array<number>(weekHours).fill(0);
  for (const list of lists) {
    for (const [index, value] of list.entries()) sum[index] = (sum[index] ?? 0) + value;
  }
  return sum;
}

function withMachine(
  changes: readonly ReportClockChange[],
  zone: Zone,
  { from, to }: { from: number; to: number },
): readonly ReportClockChange[] {
  if (changes.some(({ timezone }) => timezone === zone.name)) return changes;
  const own = zone
    .changesBetween(from, to)
    .filter(({ offsetBefore, offsetAfter }) => offsetBefore !== offsetAfter)
    .map(({ at, offsetBefore, offsetAfter }) => ({
      timezone: zone.name,
      at: instantText(at),
      offsetBefore,
      offsetAfter,
      jobs: [],
    }));
  return [...changes, ...own].sort((a, b) => (a.at === b.at ? a.timezone.localeCompare(b.timezone, 'en') : a.at < b.at ? -1 : 1));
}
