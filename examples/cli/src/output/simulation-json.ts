import { instantText, type Simulation } from '@rota/core';

/** A job that starts at an event and so is not in the simulation. */
export interface EventJob {
  readonly tenant: string;
  readonly name: string;
  readonly on: string;
}

/** The stable shape of `rota simulate --json`. */
export function simulationJson(result: Simulation, events: readonly EventJob[]) {
  return {
    formatVersion: 1,
    from: instantText(result.from),
    to: instantText(result.to),
    starts: result.starts,
    jobs: result.jobs.map(({ tenant, name, expression, timezone, starts, fireTimes }) => ({
      tenant,
      name,
      schedule: expression,
      timezone,
      starts,
      fireTimes: fireTimes.map(instantText),
    })),
    events,
    load: result.load.map(({ hour, starts }) => ({ hour: instantText(hour), starts })),
    busiest: result.busiest === null ? null : { hour: instantText(result.busiest.hour), starts: result.busiest.starts },
    collidingMinutes: result.collidingMinutes,
    collisions: result.collisions.map(({ jobs, times, first }) => ({ jobs, times, first: instantText(first) })),
    overruns: result.overruns.map((overrun) => ({ ...overrun, first: instantText(overrun.first) })),
    clockChanges: result.clockChanges.map((change) => ({ ...change, at: instantText(change.at) })),
    stagger: result.stagger.map((stagger) => ({
      ...stagger,
      hosts: stagger.hosts.map((host) => ({ ...host, next: host.next === null ? null : instantText(host.next) })),
    })),
  };
}
