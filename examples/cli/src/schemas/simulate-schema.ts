import * as v from 'valibot';
import { formatVersion, instant, jobKey } from './parts.ts';

const hour = v.object({ hour: instant, starts: v.number() });

/** `rota simulate --json`. */
export const simulateOutput = v.object({
  formatVersion,
  from: instant,
  to: instant,
  starts: v.number(),
  jobs: v.array(
    v.object({ ...jobKey, schedule: v.string(), timezone: v.string(), starts: v.number(), fireTimes: v.array(instant) }),
  ),
  events: v.array(v.object({ ...jobKey, on: v.string() })),
  load: v.array(hour),
  busiest: v.nullable(hour),
  collidingMinutes: v.number(),
  collisions: v.array(v.object({ jobs: v.array(v.object(jobKey)), times: v.number(), first: instant })),
  overruns: v.array(v.object({ ...jobKey, times: v.number(), first: instant, usualSeconds: v.number() })),
  clockChanges: v.array(
    v.object({
      timezone: v.string(),
      at: instant,
      offsetBefore: v.pipe(v.number(), v.description('Seconds east of UTC.')),
      offsetAfter: v.number(),
      jobs: v.array(v.object({ ...jobKey, starts: v.number(), usualStarts: v.number(), atTheJump: v.boolean() })),
    }),
  ),
  stagger: v.array(
    v.object({
      ...jobKey,
      windowSeconds: v.number(),
      hosts: v.array(v.object({ host: v.string(), offsetSeconds: v.number(), next: v.nullable(instant) })),
    }),
  ),
});
