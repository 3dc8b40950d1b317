import type { Zone } from '@rota/core';

// No zone is further from UTC than this, so the offsets in force around a wall time lie within it.
const widest = 15 * 3600;

/** The instants at which a zone's clock shows a wall time (seconds as if it were UTC): none in a gap, two in a repeated hour, else one. */
export function wallInstants(zone: Zone, wall: number): readonly number[] {
  const changes = zone.changesBetween(wall - widest, wall + widest);
  const [first] = changes;
  const offsets =
    first === undefined ? [zone.offsetAt(wall)] : [first.offsetBefore, ...changes.map(({ offsetAfter }) => offsetAfter)];
  const instants = [...new Set(offsets)]
    .map((offset) => wall - offset)
    .filter((instant) => instant + zone.offsetAt(instant) === wall);
  return instants.sort((a, b) => a - b);
}

/** The change that skips a wall time which does not exist. */
export function gapAt(zone: Zone, wall: number): { readonly jump: number; readonly shifted: number } | undefined {
  const change = zone
    .changesBetween(wall - widest, wall + widest)
    .find(({ at, offsetBefore, offsetAfter }) => at + offsetBefore <= wall && wall < at + offsetAfter);
  return change === undefined ? undefined : { jump: change.at, shifted: wall - change.offsetBefore };
}
