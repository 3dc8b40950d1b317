import { type Horizon, horizonWindow, type Zone, type ZoneChange } from '@rota/core';

const day = 86_400;

/** What a zone's clock does in a horizon, as far as translation asks. */
export interface ClockFacts {
  readonly changes: readonly ZoneChange[];
  /** Every offset that is in force at some time of the horizon, in minutes east of UTC. */
  readonly offsets: readonly number[];
  /** Minutes of the day between which no wall time is ever skipped or repeated. */
  readonly cuts: readonly number[];
  /** Whether some change of the clock skips this minute of the day. */
  readonly skipped: (minute: number) => boolean;
}

/** Reads a zone's clock over a horizon and two days on both sides. */
export function clockFacts(zone: Zone, horizon: Horizon): ClockFacts {
  const { from, to } = horizonWindow(horizon);
  const changes = zone
    .changesBetween(from - 2 * day, to + 2 * day)
    .filter(({ offsetBefore, offsetAfter }) => offsetBefore !== offsetAfter);
  const offsets = new Set([zone.offsetAt(from - 2 * day), ...changes.map(({ offsetAfter }) => offsetAfter)]);
  const cuts = new Set<number>();
  for (const { at, offsetBefore, offsetAfter } of changes) {
    for (const offset of [offsetBefore, offsetAfter]) {
      const minute = Math.ceil((((at + offset) % day) + day) / 60) % 1440;
      if (minute > 0) cuts.add(minute);
    }
  }
  const gaps = changes
    .filter(({ offsetBefore, offsetAfter }) => offsetAfter > offsetBefore)
    .map(({ at, offsetBefore, offsetAfter }) => ({ from: (at + offsetBefore) / 60, length: (offsetAfter - offsetBefore) / 60 }));
  return {
    changes,
    offsets: [...offsets].map((offset) => offset / 60),
    cuts: [...cuts].sort((a, b) => a - b),
    skipped: (minute) => gaps.some(({ from, length }) => (((minute - from) % 1440) + 1440) % 1440 < length),
  };
}

/** True when two zones show the same time throughout the horizon: `UTC` and `Etc/UTC`, a name and its alias. */
export function sameClock(a: Zone, b: Zone, horizon: Horizon): boolean {
  if (a.name === b.name) return true;
  const { from } = horizonWindow(horizon);
  const facts = (zone: Zone): string =>
    JSON.stringify([
      zone.offsetAt(from - day),
      clockFacts(zone, horizon).changes.map(({ at, offsetAfter }) => [at, offsetAfter]),
    ]);
  return facts(a) === facts(b);
}
