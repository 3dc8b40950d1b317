import type { Progression } from '../task/trigger.ts';

/** Every minute as a start of its own. */
export function singly(minutes: readonly number[]): readonly Progression[] {
  return minutes.map((start) => ({ start, step: 1, count: 1 }));
}

/** Few progressions that together are exactly these minutes, none twice: the longest that begins at the earliest minute left, again and again. */
export function progressions(minutes: readonly number[]): readonly Progression[] {
  const left = new Set(minutes);
  const found: Progression[] = [];
  for (const start of minutes) {
    if (!left.has(start)) continue;
    let best: Progression = { start, step: 1, count: 1 };
    for (const second of minutes) {
      const step = second - start;
      if (step <= 0 || !left.has(second)) continue;
      let count = 2;
      while (left.has(start + count * step)) count++;
      if (count > best.count) best = { start, step, count };
    }
    for (let index = 0; index < best.count; index++) left.delete(start + index * best.step);
    found.push(best);
  }
  return found;
}

/** Progressions that stay within stretches of the day, cut before each of `cuts` (minutes of the day). */
export function progressionsWithin(minutes: readonly number[], cuts: readonly number[]): readonly Progression[] {
  const edges = [0, ...cuts, Number.POSITIVE_INFINITY];
  return edges
    .slice(1)
    .flatMap((end, index) => progressions(minutes.filter((minute) => minute >= (edges[index] ?? 0) && minute < end)));
}

/** Progressions that stay within an hour. */
export const hourly: readonly number[] = Array.from({ length: 23 }, (_, index) => (index + 1) * 60);

/** One progression that has all these minutes and as few others as it can. */
export function hull(minutes: readonly number[]): Progression {
  const start = minutes[0] ?? 0;
  const step = minutes.reduce((divisor, minute) => gcd(divisor, minute - start), 0) || 1;
  return { start, step, count: ((minutes.at(-1) ?? start) - start) / step + 1 };
}

/** The cheaper of two supersets of few progressions: one for each hour of the day, or one for each minute of the hour. */
export function hulls(minutes: readonly number[]): readonly Progression[] {
  const by = (key: (minute: number) => number): readonly Progression[] => {
    const groups = new Map<number, number[]>();
    for (const minute of minutes) groups.set(key(minute), [...(groups.get(key(minute)) ?? []), minute]);
    return [...groups.values()].map(hull);
  };
  const rows = by((minute) => Math.floor(minute / 60));
  const columns = by((minute) => minute % 60);
  return columns.length <= 24 && starts(columns) < starts(rows) ? columns : rows;
}

function starts(found: readonly Progression[]): number {
  return found.reduce((sum, { count }) => sum + count, 0);
}

export function gcd(a: number, b: number): number {
  return b === 0 ? Math.abs(a) : gcd(b, a % b);
}
