import { uptime } from 'node:os';
import { clockChange } from '../run/admit/job-state.ts';

/** Tells a clock that was set from time that passed. */
export interface ClockWatch {
  /** Whether the wall clock has jumped forward by three hours or more since the last look, without that time having passed. */
  jumpedForward(wallMs: number): boolean;
}

/**
 * `elapsedSeconds` must go on during suspend, which is time that passed: the system's uptime does on Linux (CLOCK_BOOTTIME), macOS and Windows,
 * a monotonic clock does not.
 */
export function watchClock(wallMs: number, elapsedSeconds: () => number = uptime): ClockWatch {
  let lastWallMs = wallMs;
  let lastElapsed = elapsedSeconds();
  return {
    jumpedForward(nowMs) {
      const elapsed = elapsedSeconds();
      const jump = (nowMs - lastWallMs) / 1000 - (elapsed - lastElapsed);
      lastWallMs = nowMs;
      lastElapsed = elapsed;
      return jump >= clockChange;
    },
  };
}
