import type { LaunchGate } from '../../backend/launch-file.ts';
import { firesBetween } from '../../schedule/fires-between.ts';
import { previousFire } from '../../schedule/previous-fire.ts';
import type { Schedule } from '../../schedule/schedule.ts';
import { clockChange, type JobState } from './job-state.ts';

export type Due =
  | { readonly kind: 'none' }
  | { readonly kind: 'run'; readonly fire: number; readonly trigger: 'schedule' | 'catch-up'; readonly missed: number }
  | { readonly kind: 'skip'; readonly fire: number; readonly reason: string; readonly missed: number };

/** Native schedulers start within their minute; what comes later than this was missed and is caught up. Seconds. */
export const punctual = 90;

/** DETAILS: the default deadline; also what holds for a job whose memory of handled fires was lost. Seconds. */
const defaultDeadline = 600;

/** More missed fires than this are counted no further. */
const countLimit = 86_400 * 7;

/** What the due gate says at `now`: the latest declared fire time that nobody has handled, if there is one. Instants in seconds. */
export function dueFire(
  schedule: Schedule,
  gate: Pick<LaunchGate, 'startingDeadlineMs'>,
  state: Pick<JobState, 'handled'> & Partial<Pick<JobState, 'reached'>>,
  now: number,
): Due {
  const fire = previousFire(schedule, now);
  if (fire === null) return { kind: 'none' };
  // A memory from the far future means that the clock was set back: nothing is suppressed by it.
  const handled = state.handled !== null && state.handled - now >= clockChange ? null : state.handled;
  if (handled !== null && fire <= handled) return { kind: 'none' };
  const late = now - fire;
  if (handled === null && late > defaultDeadline) return { kind: 'none' };
  // The clock was wrong for a while, as before a machine without one has asked the network, and is right again: what was handled before is not caught up.
  const reached = state.reached ?? null;
  if (reached !== null && fire <= reached && late > punctual) return { kind: 'none' };
  const since = Math.max(handled ?? 0, reached !== null && reached < fire ? reached : 0);
  const missed = handled === null ? 0 : firesBetween(schedule, Math.max(since + 1, fire - countLimit), fire).length;
  const reason = tooLate(gate, late);
  if (reason !== null) return { kind: 'skip', fire, reason, missed };
  return { kind: 'run', fire, trigger: late > punctual ? 'catch-up' : 'schedule', missed };
}

/** Why a fire time that is `late` seconds old is not run any more, or `null`. */
export function tooLate({ startingDeadlineMs }: Pick<LaunchGate, 'startingDeadlineMs'>, late: number): string | null {
  if (startingDeadlineMs === null || late <= startingDeadlineMs / 1000) return null;
  return `It could only start ${Math.floor(late)} s after its time; the deadline is ${startingDeadlineMs / 1000} s.`;
}
