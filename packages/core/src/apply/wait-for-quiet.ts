import { RotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import { printJobKey } from '../job/job-key.ts';
import type { Change, PlannedEntry } from '../plan/plan.ts';
import { nextFire } from '../schedule/next-fire.ts';
import { previousFire } from '../schedule/previous-fire.ts';
import { defineSchedule, type Schedule } from '../schedule/schedule.ts';
import { hostZone } from '../schedule/zone/host-zone.ts';

/** DETAILS: a job moves between schedulers when no fire of it lies within two minutes. Less where many jobs leave no such moment. */
const margins = [120, 60, 30, 15, 5];

/** How far ahead a common quiet moment is looked for before the margin is made smaller, in seconds. */
const patience = 1800;

/**
 * Waits until no job that moves between backends, or takes the place of a foreign entry, is near a fire time. A job that fires more often than that
 * is moved in the middle between two fires.
 *
 * @returns whether it had to wait.
 * @throws ROTA_INTERRUPTED when the signal aborts first.
 */
export async function waitForQuiet(
  host: Host,
  changes: readonly Change[],
  entries: readonly PlannedEntry[],
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const moving = new Set(changes.filter((change) => change.action === 'move' || change.adopts !== undefined).map(printJobKey));
  const schedules = entries.filter((entry) => moving.has(printJobKey(entry))).flatMap((entry) => scheduleOf(host, entry));
  for (let waited = false; ; waited = true) {
    const now = Math.floor(host.now() / 1000);
    const wait = quietMoment(schedules, now) - now;
    if (wait <= 0) return waited;
    await host.sleep(wait * 1000, signal);
    if (signal?.aborted) {
      throw new RotaError('ROTA_INTERRUPTED', 'Interrupted while it waited until no fire time is near. Nothing was changed.');
    }
  }
}

/** The first instant from `now` on at which all schedules are quiet at once, in seconds. Pure. */
export function quietMoment(schedules: readonly Schedule[], now: number): number {
  for (const margin of margins) {
    for (let at = now; at <= now + patience; ) {
      const wait = Math.max(0, ...schedules.map((schedule) => secondsToQuiet(schedule, at, margin)));
      if (wait === 0) return at;
      at += wait;
    }
  }
  return now;
}

/** Seconds until the schedule is quiet; 0 when it is so now. Pure. */
export function secondsToQuiet(schedule: Schedule, now: number, quietSeconds = 120): number {
  const last = previousFire(schedule, now);
  const next = nextFire(schedule, now);
  const gap = last === null || next === null ? Number.POSITIVE_INFINITY : next - last;
  const margin = Math.min(quietSeconds, gap / 3);
  if (last !== null && now - last < margin) return Math.ceil(last + margin - now);
  if (next !== null && next - now < margin) return Math.ceil(next - now + 1);
  return 0;
}

function scheduleOf(host: Host, { job }: PlannedEntry): readonly Schedule[] {
  if (job.trigger.kind !== 'schedule') return [];
  const { expression, timezone } = job.trigger;
  return [defineSchedule(expression, hostZone(host, timezone))];
}
