import { endInstant, yearOf } from '../civil.ts';
import { posixChangesInYear } from './posix-rule.ts';
import type { LocalTime, Tzif } from './tzif.ts';
import type { Zone, ZoneChange } from './zone.ts';

/** Changes are kept from 1969 on, so that the clock's state on 1970-01-01 is known. */
const earliest = -31_536_000;
const latest = endInstant + 31_622_400;

/** How much further than asked changes are worked out at first: a run of a job asks about now, and waits for the answer. */
const ahead = 366 * 86_400;

/** The changes of a zone's clock as far as they were worked out. */
interface KnownChanges {
  /** Seconds since the epoch; exclusive. */
  readonly until: number;
  readonly changes: readonly ZoneChange[];
  /** Before the first change. */
  readonly firstOffset: number;
}

/**
 * Makes a zone of what its file says, with the footer's rule written out: a little further than is asked for at first, then to the end of 2100.
 *
 * @param digestOf asked when somebody wants to know
 */
export function zoneFromData(name: string, digestOf: () => string, data: Tzif): Zone {
  let digest: string | undefined;
  let known: KnownChanges | undefined;
  const knownBefore = (instant: number): KnownChanges => {
    if (known === undefined) known = changesOf(data, Math.min(Math.max(instant, earliest) + ahead, latest));
    else if (known.until < Math.min(instant, latest)) known = changesOf(data, latest);
    return known;
  };
  return {
    name,
    get digest() {
      digest ??= digestOf();
      return digest;
    },
    footer: data.footer,
    footerFrom: data.transitions.at(-1)?.at ?? Number.NEGATIVE_INFINITY,
    offsetAt(utcSeconds) {
      const { changes, firstOffset } = knownBefore(utcSeconds + 1);
      return changes[countBefore(changes, utcSeconds + 1) - 1]?.offsetAfter ?? firstOffset;
    },
    changesBetween(from, to) {
      const { changes } = knownBefore(to);
      const first = countBefore(changes, from);
      return changes.slice(first, Math.max(first, countBefore(changes, to)));
    },
  };
}

function changesOf(data: Tzif, until: number): KnownChanges {
  const all = data.transitions.concat(footerTransitions(data, until));
  const changes: ZoneChange[] = [];
  let before: LocalTime = data.initial;
  let first: LocalTime = before;
  let next = 0;
  for (const { at, to } of all) {
    next += 1;
    if (at >= until) break;
    // A rule for daylight saving all year ends and begins at one instant: only what holds afterwards counts.
    if (all[next]?.at === at) continue;
    if (at < earliest) first = to;
    else if (to.offset !== before.offset || to.isDst !== before.isDst) {
      changes.push({ at, offsetBefore: before.offset, offsetAfter: to.offset, isDstBefore: before.isDst, isDstAfter: to.isDst });
    }
    before = to;
  }
  return { until, changes, firstOffset: first.offset };
}

/** How many changes lie before `instant`. */
function countBefore(changes: readonly ZoneChange[], instant: number): number {
  let low = 0;
  let high = changes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((changes[middle]?.at ?? 0) < instant) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Of the years up to the one after `until`, for that of a change may be another one in UTC. */
function footerTransitions({ footer, transitions }: Tzif, until: number): { at: number; to: LocalTime }[] {
  const last = transitions.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
  if (footer === undefined || last >= until) return [];
  const standard: LocalTime = { offset: footer.standard.offset, isDst: false };
  if (footer.daylight === undefined) return transitions.length === 0 ? [{ at: earliest, to: standard }] : [];
  const daylight: LocalTime = { offset: footer.daylight.offset, isDst: true };
  const found: { at: number; to: LocalTime }[] = [];
  const lastYear = yearOf(until) + 1;
  for (let year = last < earliest ? 1969 : yearOf(last) - 1; year <= lastYear; year++) {
    const [start, end] = posixChangesInYear(footer, year) ?? [0, 0];
    found.push({ at: start, to: daylight }, { at: end, to: standard });
  }
  return found.filter(({ at }) => at > last).sort((a, b) => a.at - b.at);
}
