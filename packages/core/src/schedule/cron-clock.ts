import { endInstant } from './civil.ts';
import type { Zone } from './zone/zone.ts';

/**
 * A stretch of time with one offset, as the loop of Debian's cron sees it. Minutes are local minutes: whole minutes of the
 * wall clock since 1970-01-01 00:00.
 */
export interface ClockSegment {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  readonly offset: number;
  /** The local minute at `start`. Minus infinity in the first segment. */
  readonly firstMinute: number;
  /** Fixed-time jobs run only from this minute on: earlier minutes are the repeated hour, which they have had. */
  readonly fixedFrom: number;
  /** At `start`, fixed-time jobs of every minute from here to `firstMinute` run, as one fire. */
  readonly caughtUpFrom: number;
  /** The same for wildcard jobs: only jumps of up to four minutes are caught up for them. */
  readonly wildCaughtUpFrom: number;
}

/** In minutes: cron(8), "clock changes of less than 3 hours". */
const clockChange = 180;
const caughtUpWithWildcards = 5;

/** How much further than asked they are made at first. */
const ahead = 366 * 86_400;

const cache = new WeakMap<Zone, { readonly until: number; readonly segments: readonly ClockSegment[] }>();

/**
 * The zone's history and future, 1970 to 2099, as Debian cron 3.0pl1-162 walks through it. The daemon compares the minute that
 * it has reached with the minute that the wall clock shows. A clock that is behind by less than 3 h runs wildcard jobs only; one that is 1
 * to 5 minutes ahead catches up on everything; up to 180 ahead on fixed-time jobs; anything else is a change of the clock.
 * It looks at the offset, not at the daylight-saving flag. (cron(8), DAYLIGHT SAVING TIME; the tests run the daemon itself.)
 *
 * @param until those that begin before this instant are wanted: a run of a job, which looks at the past, waits for no more. Of the last one that is there, the
 *   end may be missing.
 */
export function clockSegments(zone: Zone, until = endInstant): readonly ClockSegment[] {
  const known = cache.get(zone);
  if (known !== undefined && until <= known.until) return known.segments;
  const end = known === undefined ? Math.min(until + ahead, endInstant) : endInstant;
  const segments = segmentsOf(zone, end);
  cache.set(zone, { until: end, segments });
  return segments;
}

function segmentsOf(zone: Zone, until: number): readonly ClockSegment[] {
  const changes = zone
    .changesBetween(Number.NEGATIVE_INFINITY, until)
    .filter((change) => change.offsetAfter !== change.offsetBefore);
  const none = Number.POSITIVE_INFINITY;
  const first = changes[0];
  const segments: ClockSegment[] = [
    {
      start: Number.NEGATIVE_INFINITY,
      end: first?.at ?? none,
      offset: first?.offsetBefore ?? zone.offsetAt(0),
      firstMinute: Number.NEGATIVE_INFINITY,
      fixedFrom: Number.NEGATIVE_INFINITY,
      caughtUpFrom: none,
      wildCaughtUpFrom: none,
    },
  ];
  let reached = first === undefined ? 0 : lastMinute(first.at, first.offsetBefore);
  let next = 0;
  for (const { at, offsetAfter } of changes) {
    next += 1;
    const end = changes[next]?.at ?? none;
    const firstMinute = Math.floor((at + offsetAfter) / 60);
    const ahead = firstMinute - reached;
    const behind = ahead <= 0 && ahead > -clockChange;
    segments.push({
      start: at,
      end,
      offset: offsetAfter,
      firstMinute,
      fixedFrom: behind ? reached + 1 : firstMinute,
      caughtUpFrom: behind ? none : ahead >= 1 && ahead <= clockChange ? reached + 1 : firstMinute,
      wildCaughtUpFrom: ahead >= 1 && ahead <= caughtUpWithWildcards ? reached + 1 : firstMinute,
    });
    const last = lastMinute(end, offsetAfter);
    reached = behind ? Math.max(reached, last) : last;
  }
  return segments;
}

/** The index of the segment that holds an instant. */
export function segmentAt(segments: readonly ClockSegment[], instant: number): number {
  let low = 0;
  let high = segments.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((segments[middle]?.start ?? 0) <= instant) low = middle;
    else high = middle - 1;
  }
  return low;
}

function lastMinute(end: number, offset: number): number {
  return Math.floor((end - 1 + offset) / 60);
}
