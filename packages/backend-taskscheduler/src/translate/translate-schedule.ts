import { type Horizon, horizonWindow, type Schedule, type Zone } from '@rota/core';
import { readTriggers } from '../simulate/read-triggers.ts';
import { simulator } from '../simulate/simulate.ts';
import type { DayRule } from '../task/day-rule.ts';
import { type Progression, TRIGGER_LIMIT, type Trigger } from '../task/trigger.ts';
import { triggerXml } from '../task/trigger-xml.ts';
import { readXml } from '../xml/read-xml.ts';
import { node, writeXml } from '../xml/write-xml.ts';
import { clockFacts, sameClock } from './clock-facts.ts';
import { dayRules, dayRulesAreExact } from './day-rules.ts';
import { coarseInstantTriggers, instantTriggers, reportChanges } from './missing-starts.ts';
import { gcd, hourly, hull, hulls, progressions, progressionsWithin, singly } from './progressions.ts';
import { shiftRule } from './shift-rule.ts';

/** What a schedule becomes. */
export interface Translation {
  readonly triggers: readonly Trigger[];
  /** The triggers may start on days of some year on which the schedule does not fire. */
  readonly moreDays: boolean;
}

/**
 * Triggers for a schedule, at most 48. They start at the declared times or at more: nothing declared is left out. Which of the two is for
 * the proof to say, which reads the XML and not this.
 *
 * The first form wins that holds through every change of the clock, or that fits once the fire times which it does not promise are added
 * as fixed instants. In this order, by how much the documentation promises:
 * 1. repetitions for ever from a fixed instant, for what comes in every hour of every day;
 * 2. a trigger for each time of the day, which no change of the clock elsewhere in the day disturbs;
 * 3. repetitions that no change of the clock interrupts; 4. within an hour; 5. any; 6. a superset by hour or by minute;
 * 7. in another zone than the machine's, and where the above does not fit: the times in UTC at every offset that the zone has;
 * 8. one repetition for ever at a step that divides everything.
 */
export function translateSchedule(declared: Schedule, systemZone: Zone, horizon: Horizon): Translation {
  const own = sameClock(declared.zone, systemZone, horizon);
  const changes = [...clockFacts(declared.zone, horizon).changes, ...(own ? [] : clockFacts(systemZone, horizon).changes)];
  changes.sort((a, b) => a.at - b.at);
  // In another zone a day may become the one before or after it, which the monthly kinds cannot say exactly.
  const monthly = dayRules(declared.calendar).some(({ kind }) => kind === 'monthly' || kind === 'monthlyByWeekday');
  const moreDays = !dayRulesAreExact(declared.calendar) || (!own && monthly);
  for (const candidate of candidates(declared, systemZone, horizon, own)) {
    if (candidate.length > TRIGGER_LIMIT) continue;
    const task = node('Task', [
      node(
        'Triggers',
        candidate.map((trigger) => triggerXml(trigger)),
      ),
    ]);
    const simulate = simulator(readTriggers(readXml(writeXml(task))), systemZone);
    const { missing, others } = reportChanges(declared, changes, simulate);
    if (missing.length === 0 && others === 0) return { triggers: candidate, moreDays };
    // A repetition for ever is right throughout the year or not at all; the others miss nothing away from changes of the clock.
    if (candidate.some(isEndless)) continue;
    const room = TRIGGER_LIMIT - candidate.length;
    const added = instantTriggers(missing, room) ?? coarseInstantTriggers(missing, room);
    if (added !== undefined) return { triggers: [...candidate, ...added], moreDays };
  }
  return { triggers: forEver(declared, horizon), moreDays: true };
}

function* candidates(declared: Schedule, systemZone: Zone, horizon: Horizon, own: boolean): Generator<readonly Trigger[]> {
  const minutes = minutesOf(declared);
  const rules = dayRules(declared.calendar);
  if (rules[0]?.kind === 'daily' && declared.calendar.hour.values.length === 24) yield endless(declared, horizon);
  if (own) {
    const { cuts, skipped } = clockFacts(systemZone, horizon);
    const of = (times: readonly Progression[]): readonly Trigger[] => local(rules, times, horizon, skipped);
    if (minutes.length * rules.length <= TRIGGER_LIMIT) yield of(singly(minutes));
    yield of(progressionsWithin(minutes, cuts));
    yield of(progressionsWithin(minutes, hourly));
    yield of(progressions(minutes));
    yield of(hulls(minutes));
  }
  const groups = foreignGroups(declared, systemZone, horizon, rules);
  for (const cover of [singly, progressions, hulls, (times: readonly number[]) => [hull(times)]]) {
    yield groups.flatMap(({ utc, rule, times }) => calendar(rule, cover(times), utc, horizon));
  }
}

function minutesOf({ calendar: { hour, minute } }: Schedule): readonly number[] {
  return hour.values.flatMap((hours) => minute.values.map((minutes) => hours * 60 + minutes));
}

function isEndless(trigger: Trigger): boolean {
  return trigger.kind === 'time' && trigger.count === Number.POSITIVE_INFINITY;
}

/** Repetitions for ever for minutes that come in every hour: one where they are evenly spaced, else one an hour for each. */
function endless({ zone, calendar: { minute } }: Schedule, horizon: Horizon): readonly Trigger[] {
  const { from } = horizonWindow(horizon);
  const step = 60 / minute.values.length;
  const even = minute.values.every((value, index) => value === (minute.values[0] ?? 0) + index * step);
  const offset = zone.offsetAt(from) / 60;
  return (even ? minute.values.slice(0, 1) : minute.values).map((value) => {
    const every = even ? step : 60;
    return {
      kind: 'time',
      at: from + Math.round(modulo(value - offset, every)) * 60,
      stepMinutes: every,
      count: Number.POSITIVE_INFINITY,
    };
  });
}

/** Daily starts in an hour that a change of the clock skips are weekly ones on all seven days: only for those it is documented what then happens. */
function local(
  rules: readonly DayRule[],
  times: readonly Progression[],
  horizon: Horizon,
  skipped: (minute: number) => boolean,
): readonly Trigger[] {
  const everyWeekday: DayRule = { kind: 'weekly', weekdays: [0, 1, 2, 3, 4, 5, 6] };
  return rules.flatMap((rule) =>
    times.flatMap((time) => calendar(rule.kind === 'daily' && skipped(time.start) ? everyWeekday : rule, [time], false, horizon)),
  );
}

function calendar(rule: DayRule, times: readonly Progression[], utc: boolean, horizon: Horizon): readonly Trigger[] {
  // A day before the horizon, so that the first fires of its first year are there in every zone.
  const firstDay = `${horizon.fromYear - 1}-12-30`;
  return times.map((progression) => ({ kind: 'calendar', utc, firstDay, rule, times: progression }));
}

/** Times of the day by rule, on a clock without changes: UTC, or the machine's own where it never changes. */
interface Group {
  readonly utc: boolean;
  readonly rule: DayRule;
  readonly times: readonly number[];
}

function foreignGroups(declared: Schedule, systemZone: Zone, horizon: Horizon, rules: readonly DayRule[]): readonly Group[] {
  const declaredOffsets = clockFacts(declared.zone, horizon).offsets;
  const machine = clockFacts(systemZone, horizon);
  const utc = machine.changes.length > 0;
  const base = utc ? 0 : (machine.offsets[0] ?? 0);
  const groups = new Map<string, { readonly shifts: readonly number[]; readonly times: Set<number> }>();
  for (const minute of minutesOf(declared)) {
    for (const offset of declaredOffsets) {
      const moved = Math.floor(minute + base - offset);
      const shift = Math.floor(moved / 1440);
      const time = modulo(moved, 1440);
      // The days of a trigger in UTC may be counted in UTC or on the machine's clock: both readings must have the day.
      const readings = utc ? machine.offsets.map((own) => shift + Math.floor((time + own) / 1440)) : [];
      const shifts = [...new Set([shift, ...readings])].sort((a, b) => a - b);
      const key = shifts.join();
      const group = groups.get(key) ?? { shifts, times: new Set<number>() };
      group.times.add(time);
      groups.set(key, group);
    }
  }
  return [...groups.values()].flatMap(({ shifts, times }) =>
    rules.map((rule) => ({ utc, rule: shiftRule(rule, shifts), times: [...times].sort((a, b) => a - b) })),
  );
}

/** The coarsest superset, which always fits: starts for ever at a step that divides everything, also the instants of clock changes. */
function forEver(declared: Schedule, horizon: Horizon): readonly Trigger[] {
  const { from } = horizonWindow(horizon);
  const { changes, offsets } = clockFacts(declared.zone, horizon);
  const minutes = minutesOf(declared).flatMap((minute) => offsets.map((offset) => Math.floor(minute - offset)));
  const first = minutes[0] ?? 0;
  const all = [...minutes, ...changes.map(({ at }) => Math.floor(at / 60))];
  const step = all.reduce((divisor, minute) => gcd(divisor, minute - first), 1440);
  return [{ kind: 'time', at: from + modulo(first, step) * 60, stepMinutes: step, count: Number.POSITIVE_INFINITY }];
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
