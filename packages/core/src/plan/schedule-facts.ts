import type { Compiled, Dialect } from '../backend/backend.ts';
import type { Job } from '../job/job.ts';
import type { Horizon } from '../schedule/proof/horizon.ts';
import { type Proof, proveSchedule } from '../schedule/proof/prove-schedule.ts';
import { smallestGap } from '../schedule/proof/smallest-gap.ts';
import { defineSchedule, type Schedule } from '../schedule/schedule.ts';
import { type LoadZoneOptions, loadZone } from '../schedule/zone/load-zone.ts';
import type { Zone } from '../schedule/zone/zone.ts';

/** A job's schedule, read and with its zone loaded. */
export interface DeclaredSchedule {
  readonly declared: Schedule;
  readonly systemZone: Zone;
  /** Digest of the zone files that decide its fire times. */
  readonly zoneDigest: string;
}

/**
 * What planning computes from schedules, each distinct one once: reading them, their least gap, and the proof of their translation. Lives for
 * one plan, so a zone file that changes is seen by the next.
 */
export interface ScheduleFacts {
  declared(job: Job): DeclaredSchedule | undefined;
  smallestGap(job: Job, horizon: Horizon): number | undefined;
  /** `compile` is called only for a (schedule, zone, dialect, horizon) that was not proven yet. */
  proof(job: Job, dialect: Dialect, horizon: Horizon, compile: () => Compiled): Proof | undefined;
}

export function scheduleFacts(systemTimezone: string, zoneOptions: LoadZoneOptions): ScheduleFacts {
  const systemZone = loadZone(systemTimezone, zoneOptions);
  const schedules = new Map<string, DeclaredSchedule>();
  const gaps = new Map<string, number>();
  const proofs = new Map<string, Proof | undefined>();

  function declared(job: Job): DeclaredSchedule | undefined {
    if (job.trigger.kind !== 'schedule') return undefined;
    const { expression, timezone } = job.trigger;
    return remember(schedules, `${expression}\0${timezone}`, () => {
      const zone = timezone === 'local' ? systemZone : loadZone(timezone, zoneOptions);
      const zoneDigest = zone.digest === systemZone.digest ? zone.digest : `${zone.digest}+${systemZone.digest}`;
      return { declared: defineSchedule(expression, zone), systemZone, zoneDigest };
    });
  }

  function keyOf(job: Job, horizon: Horizon): string | undefined {
    const schedule = declared(job);
    if (schedule === undefined) return undefined;
    return `${schedule.declared.expression}\0${schedule.declared.zone.name}\0${horizon.fromYear}-${horizon.toYear}`;
  }

  return {
    declared,
    smallestGap(job, horizon) {
      const key = keyOf(job, horizon);
      const schedule = declared(job);
      if (key === undefined || schedule === undefined) return undefined;
      return remember(gaps, key, () => smallestGap(schedule.declared, horizon));
    },
    proof(job, dialect, horizon, compile) {
      const key = keyOf(job, horizon);
      const schedule = declared(job);
      if (key === undefined || schedule === undefined) return undefined;
      return remember(proofs, `${key}\0${dialect.name}\0${dialect.version ?? ''}`, () => {
        const { native } = compile();
        return native && proveSchedule(schedule.declared, native, horizon, [systemZone]);
      });
    },
  };
}

function remember<V>(known: Map<string, V>, key: string, compute: () => V): V {
  if (known.has(key)) return known.get(key) as V;
  const value = compute();
  known.set(key, value);
  return value;
}
