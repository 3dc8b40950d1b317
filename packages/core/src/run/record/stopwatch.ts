import { uptime } from 'node:os';

/** A run's times by the clock as it is at its end. */
export interface RunTimes {
  readonly startedMs: number;
  readonly endedMs: number;
  readonly durationMs: number;
}

/** The system counts its uptime in whole seconds at worst. */
const inexactMs = 2_500;

/**
 * Measures from the call on. Where the clock was set meanwhile, what it said last counts: the run took as long as the system was up, and began so long
 * ago. The uptime goes on while the machine sleeps, which a monotonic clock does not.
 */
export function startStopwatch(now: () => number = Date.now, uptimeSeconds: () => number = uptime): () => RunTimes {
  const began = now();
  const beganUptime = uptimeSeconds();
  return () => {
    const endedMs = now();
    const passedMs = Math.max(0, Math.round((uptimeSeconds() - beganUptime) * 1000));
    const wasSet = Math.abs(endedMs - began - passedMs) > inexactMs;
    const durationMs = wasSet ? passedMs : Math.max(0, endedMs - began);
    return { startedMs: endedMs - durationMs, endedMs, durationMs };
  };
}
