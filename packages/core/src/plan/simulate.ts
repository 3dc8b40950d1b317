import type { JobKey } from '../job/job.ts';
import { firesBetween } from '../schedule/fires-between.ts';
import type { Schedule } from '../schedule/schedule.ts';
import { type ClockChangeDay, clockChangeDays } from './clock-change-days.ts';
import { type Stagger, staggerHosts } from './stagger-hosts.ts';

/** A job as the simulation sees it. */
export interface SimulatedJob extends JobKey {
  readonly schedule: Schedule;
  /** How long a run usually takes, in seconds, where history knows. @default 0 */
  readonly usualSeconds?: number;
}

/** What to simulate. Instants are seconds since the epoch. */
export interface SimulationInput {
  readonly jobs: readonly SimulatedJob[];
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  /** Host names to spread the jobs over. @default none */
  readonly hosts?: readonly string[];
  /** Largest offset of a host, in seconds. @default 3600 */
  readonly staggerSeconds?: number;
  /** How many fire times to list for a job, and how many collisions. All are counted. @default 50 */
  readonly limit?: number;
}

/** What one job would do in the period. */
export interface SimulatedRuns extends JobKey {
  readonly expression: string;
  readonly timezone: string;
  readonly starts: number;
  /** The first of them, as many as the limit allows. */
  readonly fireTimes: readonly number[];
}

/** Jobs that start in the same minute. */
export interface Collision {
  readonly jobs: readonly JobKey[];
  readonly times: number;
  readonly first: number;
}

/** A run that would still go on, going by its usual length, when the same job is due again. */
export interface Overrun extends JobKey {
  readonly times: number;
  readonly first: number;
  readonly usualSeconds: number;
}

/** What would run over a period. Instants are seconds since the epoch. */
export interface Simulation {
  readonly from: number;
  readonly to: number;
  readonly starts: number;
  readonly jobs: readonly SimulatedRuns[];
  /** Starts in each hour, from the start of the hour in UTC; hours without any are left out. */
  readonly load: readonly { readonly hour: number; readonly starts: number }[];
  readonly busiest: { readonly hour: number; readonly starts: number } | null;
  /** The most frequent first. */
  readonly collisions: readonly Collision[];
  /** How many minutes have more than one start. */
  readonly collidingMinutes: number;
  readonly overruns: readonly Overrun[];
  readonly clockChanges: readonly ClockChangeDay[];
  readonly stagger: readonly Stagger[];
}

/**
 * What would run over a period: pure, from the declared schedules alone. Events (boot, login, after, apply) have no fire times and
 * are not simulated.
 */
export function simulate(input: SimulationInput): Simulation {
  const { from, to, limit = 50 } = input;
  const fires = input.jobs.map((job) => firesBetween(job.schedule, from, to));
  const load = loadPerHour(fires);
  const { collisions, collidingMinutes } = collide(input.jobs, fires);
  return {
    from,
    to,
    starts: fires.reduce((sum, times) => sum + times.length, 0),
    jobs: input.jobs.map((job, index) => ({
      ...keyOf(job),
      expression: job.schedule.expression,
      timezone: job.schedule.zone.name,
      starts: fires[index]?.length ?? 0,
      fireTimes: (fires[index] ?? []).slice(0, limit),
    })),
    load,
    busiest: load.reduce<Simulation['busiest']>((most, hour) => (hour.starts > (most?.starts ?? 0) ? hour : most), null),
    collisions: collisions.slice(0, limit),
    collidingMinutes,
    overruns: input.jobs.flatMap((job, index) => overrunOf(job, fires[index] ?? [])),
    clockChanges: clockChangeDays(input.jobs, from, to),
    stagger:
      (input.hosts ?? []).length < 2 ? [] : staggerHosts(input.jobs, input.hosts ?? [], from, input.staggerSeconds ?? 3600),
  };
}

function keyOf({ tenant, name }: JobKey): JobKey {
  return { tenant, name };
}

function loadPerHour(fires: readonly (readonly number[])[]): readonly { hour: number; starts: number }[] {
  const hours = new Map<number, number>();
  for (const times of fires) {
    for (const at of times) {
      const hour = at - (at % 3600);
      hours.set(hour, (hours.get(hour) ?? 0) + 1);
    }
  }
  return [...hours].sort(([a], [b]) => a - b).map(([hour, starts]) => ({ hour, starts }));
}

function collide(jobs: readonly SimulatedJob[], fires: readonly (readonly number[])[]) {
  const minutes = new Map<number, number[]>();
  fires.forEach((times, index) => {
    for (const at of times) {
      const minute = at - (at % 60);
      const there = minutes.get(minute);
      if (there === undefined) minutes.set(minute, [index]);
      else if (there.at(-1) !== index) there.push(index);
    }
  });
  const groups = new Map<string, { jobs: readonly JobKey[]; times: number; first: number }>();
  let collidingMinutes = 0;
  for (const [minute, indexes] of [...minutes].filter(([, there]) => there.length > 1).sort(([a], [b]) => a - b)) {
    collidingMinutes++;
    const key = indexes.join(',');
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, {
        jobs: indexes.flatMap((index) => (jobs[index] === undefined ? [] : [keyOf(jobs[index])])),
        times: 1,
        first: minute,
      });
    } else group.times++;
  }
  return { collisions: [...groups.values()].sort((a, b) => b.times - a.times || a.first - b.first), collidingMinutes };
}

function overrunOf(job: SimulatedJob, times: readonly number[]): readonly Overrun[] {
  const { usualSeconds = 0 } = job;
  const hits = times.filter((at, index) => {
    const next = times[index + 1];
    return next !== undefined && next - at < usualSeconds;
  });
  const first = hits[0];
  return first === undefined ? [] : [{ ...keyOf(job), times: hits.length, first, usualSeconds }];
}
