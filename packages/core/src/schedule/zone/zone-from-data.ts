import { endInstant } from '../civil.ts';
import { posixChangesInYear } from './posix-rule.ts';
import type { LocalTime, Tzif } from './tzif.ts';
import type { Zone, ZoneChange } from './zone.ts';

/** Changes are kept from 1969 on, so that the clock's state on 1970-01-01 is known. */
const earliest = -31_536_000;
const latest = endInstant + 31_622_400;

/** Makes a zone of what its file says, with the footer's rule written out to the end of 2100. */
export function zoneFromData(name: string, digest: string, data: Tzif): Zone {
  const all = [...data.transitions, ...footerTransitions(data)];
  const changes: ZoneChange[] = [];
  let before: LocalTime = data.initial;
  let first: LocalTime = before;
  for (const [index, { at, to }] of all.entries()) {
    if (at >= latest) break;
    // A rule for daylight saving all year ends and begins at one instant: only what holds afterwards counts.
    if (all[index + 1]?.at === at) continue;
    if (at < earliest) first = to;
    else if (to.offset !== before.offset || to.isDst !== before.isDst) {
      changes.push({ at, offsetBefore: before.offset, offsetAfter: to.offset, isDstBefore: before.isDst, isDstAfter: to.isDst });
    }
    before = to;
  }
  const firstOffset = first.offset;

  /** How many changes lie before `instant`. */
  const countBefore = (instant: number): number => {
    let low = 0;
    let high = changes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((changes[middle]?.at ?? 0) < instant) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    name,
    digest,
    footer: data.footer,
    footerFrom: data.transitions.at(-1)?.at ?? Number.NEGATIVE_INFINITY,
    offsetAt: (utcSeconds) => changes[countBefore(utcSeconds + 1) - 1]?.offsetAfter ?? firstOffset,
    changesBetween: (from, to) => changes.slice(countBefore(from), Math.max(countBefore(from), countBefore(to))),
  };
}

function footerTransitions({ footer, transitions }: Tzif): { at: number; to: LocalTime }[] {
  if (footer === undefined) return [];
  const last = transitions.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
  const standard: LocalTime = { offset: footer.standard.offset, isDst: false };
  if (footer.daylight === undefined) return transitions.length === 0 ? [{ at: earliest, to: standard }] : [];
  const daylight: LocalTime = { offset: footer.daylight.offset, isDst: true };
  const found: { at: number; to: LocalTime }[] = [];
  for (let year = 1969; year <= 2101; year++) {
    const [start, end] = posixChangesInYear(footer, year) ?? [0, 0];
    found.push({ at: start, to: daylight }, { at: end, to: standard });
  }
  return found.filter(({ at }) => at > last).sort((a, b) => a.at - b.at);
}
