import { type Horizon, horizonWindow, type Zone } from '@rota/core';

/** By how many seconds the wall clock of `to` is ahead of that of `from`, at all instants of a horizon: each distinct value once. */
export function offsetDifferences(from: Zone, to: Zone, horizon: Horizon): readonly number[] {
  const window = horizonWindow(horizon);
  const instants = [from, to].flatMap((zone) => zone.changesBetween(window.from, window.to).map((change) => change.at));
  return [...new Set([window.from, ...instants].map((at) => to.offsetAt(at) - from.offsetAt(at)))].sort((a, b) => a - b);
}
