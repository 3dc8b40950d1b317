import { firesBetween } from '../schedule/fires-between.ts';
import { freshHorizon } from '../schedule/proof/horizon.ts';
import type { NativeSchedule } from '../schedule/proof/native-schedule.ts';
import { proveSchedule } from '../schedule/proof/prove-schedule.ts';
import type { Schedule } from '../schedule/schedule.ts';

/** How well a schedule says what a foreign entry does. Instants are seconds since the epoch. */
export type ForeignComparison =
  | { readonly kind: 'exact' }
  /** Equal but for the days on which the zone changes its clock; the first instants that differ. */
  | { readonly kind: 'clock-changes'; readonly missing: readonly number[]; readonly extra: readonly number[] }
  | { readonly kind: 'different'; readonly missing: readonly number[]; readonly extra: readonly number[] };

const day = 86_400;

/**
 * Compares the fire times of a schedule with those of the entry that it was read from, over the ten years from `now` on. Where they differ, it asks
 * whether they do so on days of clock changes only, which is said of two years. Pure. `missing`: the entry does not start then, the job would.
 */
export function compareForeign(schedule: Schedule, native: NativeSchedule, now: number): ForeignComparison {
  const proof = proveSchedule(schedule, fromNowOn(schedule, native, now), freshHorizon(now));
  const end = now + 730 * day;
  // The proof of a dense schedule looks at a whole year, of which now little may be left, and at parts of the others.
  const same = (from: number, to: number): boolean =>
    sameInstants(firesBetween(schedule, from, to), native.firesBetween(from, to));
  if (proof.fidelity === 'exact' && (proof.compared.whole || same(now, end))) return { kind: 'exact' };
  const coming = (instants: readonly number[]): readonly number[] => instants.filter((at) => at >= now).slice(0, 3);
  const found = { missing: coming(proof.missing), extra: coming(proof.extra) };
  const changes = schedule.zone.changesBetween(now, end).map((change) => change.at);
  if (changes.length === 0) return { kind: 'different', ...found };
  let from = now;
  for (const at of [...changes, Number.POSITIVE_INFINITY]) {
    const to = Math.min(at - day, end);
    if (to > from && !same(from, to)) return { kind: 'different', ...found };
    from = at + day;
  }
  return { kind: 'clock-changes', ...found };
}

/** One sentence about the difference, for the notes of an entry; `undefined` when there is none. Pure. */
export function comparisonNote(comparison: ForeignComparison, scheduler: string): string | undefined {
  if (comparison.kind === 'exact') return undefined;
  const sample = (instants: readonly number[]): string =>
    instants.map((at) => new Date(at * 1000).toISOString().replace(':00.000Z', 'Z')).join(', ');
  const parts = [
    ...(comparison.missing.length === 0 ? [] : [`the job also starts at ${sample(comparison.missing)}`]),
    ...(comparison.extra.length === 0 ? [] : [`only ${scheduler} starts at ${sample(comparison.extra)}`]),
  ];
  return `On days of clock changes it differs from ${scheduler}: ${parts.join('; ')}.`;
}

/** The horizon begins with the year; what an entry did before now, if it was there at all, is no difference. */
function fromNowOn(schedule: Schedule, native: NativeSchedule, now: number): NativeSchedule {
  return {
    entries: native.entries,
    firesBetween: (from, to) => [
      ...(from < now ? firesBetween(schedule, from, Math.min(to, now)) : []),
      ...(to > now ? native.firesBetween(Math.max(from, now), to) : []),
    ],
  };
}

function sameInstants(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((instant, index) => instant === b[index]);
}
