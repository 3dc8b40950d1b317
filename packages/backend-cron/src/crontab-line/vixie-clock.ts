import type { Zone } from '@rota/core';

/**
 * What the loop of Debian cron or cronie does while one offset holds. Minutes are local ones, counted from 1970-01-01 00:00 of the
 * wall clock; `Infinity` stands for none.
 */
export interface ClockSpan {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  /** The offset that the daemon goes by, in seconds. */
  readonly offset: number;
  /** The first minute that the daemon sees, at `from`. */
  readonly first: number;
  /** At `from` the daemon runs what is due in these minutes, up to and with `first`: fixed-time jobs, and wildcard jobs. */
  readonly fixedSince: number;
  readonly wildSince: number;
  /** Fixed-time jobs rest until this minute has passed: the clock went back, and they have run. */
  readonly fixedRestUntil: number;
}

const spans = new Map<string, readonly ClockSpan[]>();

/**
 * The daemon's walk through the changes of its zone from `start` on, in seconds. It keeps the minute that it has reached
 * (virtualTime) and compares it with the clock at every wake-up: 1 to 5 ahead, it runs everything that it missed; up to 3 hours ahead,
 * wildcard jobs of this minute and then fixed-time jobs of every missed one; up to 3 hours behind, wildcard jobs
 * only; else it takes the new time as it is. cron(8). Debian's daemon looks at the offset (bug #1019716), cronie's only when the
 * daylight-saving flag changes.
 */
export function vixieClock(zone: Zone, dialect: 'debian' | 'cronie', start: number): readonly ClockSpan[] {
  const key = `${dialect} ${zone.digest} ${start}`;
  const known = spans.get(key);
  if (known !== undefined) return known;
  const walked = walk(zone, dialect, start);
  if (spans.size > 200) spans.clear();
  spans.set(key, walked);
  return walked;
}

function walk(zone: Zone, dialect: 'debian' | 'cronie', start: number): readonly ClockSpan[] {
  const seen = zone
    .changesBetween(start, Number.POSITIVE_INFINITY)
    .filter((change) =>
      dialect === 'debian' ? change.offsetAfter !== change.offsetBefore : change.isDstAfter !== change.isDstBefore,
    );
  let offset = zone.offsetAt(start);
  let from = start;
  let first = Math.ceil((start + offset) / 60);
  let fixedSince = first;
  let wildSince = first;
  let fixedRestUntil = first - 1;
  let reached = first - 1;
  const result: ClockSpan[] = [];
  for (const change of [...seen, undefined]) {
    const to = change?.at ?? Number.POSITIVE_INFINITY;
    result.push({ from, to, offset, first, fixedSince, wildSince, fixedRestUntil });
    if (change === undefined) break;
    reached = Math.max(fixedRestUntil, Math.ceil((to + offset) / 60) - 1);
    offset = change.offsetAfter;
    from = to;
    first = Math.floor((to + offset) / 60);
    const ahead = first - reached;
    fixedRestUntil = first - 1;
    fixedSince = wildSince = first;
    if (ahead > 0 && ahead <= 5) fixedSince = wildSince = reached + 1;
    else if (ahead > 5 && ahead <= 180) fixedSince = reached + 1;
    else if (ahead <= 0 && ahead > -180) {
      fixedSince = Number.POSITIVE_INFINITY;
      fixedRestUntil = reached;
    }
  }
  return result;
}
