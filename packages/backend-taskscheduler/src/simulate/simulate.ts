import type { Zone } from '@rota/core';
import { civilDay } from './civil-day.ts';
import type { ScheduledTrigger } from './scheduled-trigger.ts';
import { gapAt, wallInstants } from './wall-instants.ts';

/** What a task does in a stretch of time. Instants in seconds, sorted. */
export interface Starts {
  /** Starts that the documentation promises. Distinct. */
  readonly certain: readonly number[];
  /**
   * Starts that may or may not come, or come a second time: what the documentation leaves open at a change of the clock, the day that a trigger
   * in UTC counts by, and two triggers at one instant. Distinct; may repeat certain ones.
   */
  readonly doubtful: readonly number[];
}

const day = 86_400;

/** Triggers of one clock and one rule, whose starts of an undisturbed day are known beforehand. */
interface Group {
  readonly triggers: readonly ScheduledTrigger[];
  readonly head: ScheduledTrigger;
  /** Seconds of the day, sorted, with what comes twice. */
  readonly seconds: readonly number[];
}

/** A reader of triggers for one machine's zone, ready to be asked for any stretch of time. */
export function simulator(triggers: readonly ScheduledTrigger[], zone: Zone): (from: number, to: number) => Starts {
  const byDay = groups(triggers.filter(({ rule }) => rule !== undefined));
  const once = triggers.filter(({ rule }) => rule === undefined);
  const merged = new Map<string, readonly number[]>();

  return (from, to) => {
    const certain: number[] = [];
    const doubtful: number[] = [];
    for (const trigger of once) {
      if (trigger.span !== Number.POSITIVE_INFINITY) start(trigger, trigger.boundary, zone, certain, doubtful);
      else if (trigger.fixedOffset !== undefined)
        grid(trigger.boundary - trigger.fixedOffset, trigger.interval, from, to, certain);
      else endlessOnTheClock(trigger, zone, from, to, certain, doubtful);
    }
    const lastDay = Math.floor((to + day) / day);
    const firstDay = Math.floor((from - 2 * day) / day);
    const disturbed = new Set<number>();
    for (const { at, offsetBefore } of zone.changesBetween(from - 4 * day, to + 4 * day)) {
      const on = Math.floor((at + offsetBefore) / day);
      for (let near = on - 2; near <= on + 1; near++) disturbed.add(near);
    }
    for (let number = firstDay; number <= lastDay; number++) {
      const date = civilDay(number);
      if (disturbed.has(number)) {
        for (const { triggers: all } of byDay) for (const trigger of all) startOn(trigger, number, zone, certain, doubtful);
        continue;
      }
      const offset = zone.offsetAt(number * day);
      const matching: Group[] = [];
      let key = '';
      for (const [index, group] of byDay.entries()) {
        if (group.head.fixedOffset !== undefined) startOnFixed(group, number, () => offset, certain, doubtful);
        else if (group.head.boundary < (number + 1) * day && group.head.rule?.(date)) {
          matching.push(group);
          key += `${index},`;
        }
      }
      let seconds = matching.length === 1 ? matching[0]?.seconds : merged.get(key);
      if (seconds === undefined) {
        seconds = matching.flatMap((group) => group.seconds).sort((a, b) => a - b);
        merged.set(key, seconds);
      }
      const midnight = number * day - offset;
      for (const second of seconds) certain.push(midnight + second);
    }
    return settle(certain, doubtful, from, to);
  };
}

function groups(triggers: readonly ScheduledTrigger[]): readonly Group[] {
  const found = new Map<string, ScheduledTrigger[]>();
  for (const trigger of triggers) {
    const key = `${trigger.fixedOffset}|${Math.floor(trigger.boundary / day)}|${trigger.ruleKey}`;
    found.set(key, [...(found.get(key) ?? []), trigger]);
  }
  return [...found.values()].map(groupOf);
}

function groupOf(triggers: readonly ScheduledTrigger[]): Group {
  const seconds = triggers.flatMap((trigger) => repetitions(trigger).map((after) => secondOfDay(trigger) + after));
  return { triggers, head: triggers[0] as ScheduledTrigger, seconds: seconds.sort((a, b) => a - b) };
}

function secondOfDay({ boundary }: ScheduledTrigger): number {
  return boundary - Math.floor(boundary / day) * day;
}

function repetitions({ interval, span }: ScheduledTrigger): readonly number[] {
  return interval === 0 ? [0] : Array.from({ length: Math.floor(span / interval) + 1 }, (_, index) => index * interval);
}

/** A day of a trigger on the machine's own clock, with every doubt. */
function startOn(trigger: ScheduledTrigger, number: number, zone: Zone, certain: number[], doubtful: number[]): void {
  const wall = number * day + secondOfDay(trigger);
  if (wall < trigger.boundary) return;
  if (trigger.fixedOffset !== undefined) startOnFixed(groupOf([trigger]), number, zone.offsetAt, certain, doubtful);
  else if (trigger.rule?.(civilDay(number))) start(trigger, wall, zone, certain, doubtful);
}

/**
 * A trigger in UTC: its instants are fixed, but whether its days are counted in UTC or on the machine's clock is written nowhere.
 * Where the two differ, a start is in doubt.
 */
function startOnFixed(
  { head, seconds }: Group,
  number: number,
  offsetAt: (instant: number) => number,
  certain: number[],
  doubtful: number[],
): void {
  const { rule = () => true, fixedOffset = 0, boundary } = head;
  if (number < Math.floor(boundary / day)) return;
  const matches = rule(civilDay(number));
  for (const second of seconds) {
    const instant = number * day + second - fixedOffset;
    const local = head.everyDay ? number : Math.floor((instant + offsetAt(instant)) / day);
    const matchesLocally = local === number ? matches : rule(civilDay(local));
    if (matches && matchesLocally) certain.push(instant);
    else if (matches || matchesLocally) doubtful.push(instant);
  }
}

/** A start at a wall time and its repetitions: elapsed time and wall time are both possible readings of a repetition over a change. */
function start(trigger: ScheduledTrigger, wall: number, zone: Zone, certain: number[], doubtful: number[]): void {
  const afterwards = repetitions(trigger);
  if (trigger.fixedOffset !== undefined) {
    for (const after of afterwards) certain.push(wall - trigger.fixedOffset + after);
    return;
  }
  const instants = wallInstants(zone, wall);
  const gap = instants.length === 0 ? gapAt(zone, wall) : undefined;
  const first = gap === undefined ? instants : trigger.gapIsDocumented ? [gap.jump] : [gap.jump, gap.shifted];
  const promised = first.length === 1 && (gap === undefined || trigger.gapIsDocumented);
  for (const from of first) {
    // A change soon after the last repetition counts too: it may show the same wall time a second time.
    const undisturbed = gap === undefined && zone.changesBetween(from - day, from + trigger.span + day).length === 0;
    for (const after of afterwards) {
      const elapsed = from + after;
      const shown = undisturbed || after === 0 ? [elapsed] : wallInstants(zone, wall + after);
      const agreed = shown.length === 1 && shown[0] === elapsed;
      if (promised && agreed) certain.push(elapsed);
      else doubtful.push(elapsed, ...shown);
    }
  }
}

/**
 * A wall time that is repeated for ever: whether elapsed time is counted over a change of the clock, or what the clock shows, is written nowhere. What
 * both readings have is certain, but for the times that the clock shows twice.
 */
function endlessOnTheClock(
  { boundary, interval }: ScheduledTrigger,
  zone: Zone,
  from: number,
  to: number,
  certain: number[],
  doubtful: number[],
): void {
  const [first = gapAt(zone, boundary)?.jump ?? boundary] = wallInstants(zone, boundary);
  const changes = zone.changesBetween(Math.max(from, first) - day, to + day);
  let begin = Math.max(from, first);
  let offset = zone.offsetAt(begin);
  for (const change of [...changes.filter(({ at }) => at > begin), undefined]) {
    const end = Math.min(to, change?.at ?? to);
    const ofWall = boundary - offset;
    if ((ofWall - first) % interval !== 0) {
      grid(first, interval, begin, end, doubtful);
      grid(ofWall, interval, begin, end, doubtful);
    } else grid(first, interval, begin, end, certain);
    if (change === undefined || change.at >= to) break;
    // The first start that the clock skips may come when it goes on.
    const { at, offsetBefore, offsetAfter } = change;
    const skipped = boundary + Math.ceil((at + offsetBefore - boundary) / interval) * interval;
    if (skipped < at + offsetAfter) doubtful.push(at);
    begin = at;
    offset = offsetAfter;
  }
  for (const { at, offsetBefore, offsetAfter } of changes) {
    const shownTwice = offsetBefore - offsetAfter;
    if (shownTwice <= 0) continue;
    for (let index = certain.length - 1; index >= 0; index--) {
      const instant = certain[index] ?? 0;
      if (instant >= at - shownTwice && instant < at + shownTwice) doubtful.push(...certain.splice(index, 1));
    }
  }
}

/** The instants from `first` on, every `interval` seconds, that lie in a stretch of time. */
function grid(first: number, interval: number, from: number, to: number, found: number[]): void {
  for (let instant = first + Math.max(0, Math.ceil((from - first) / interval)) * interval; instant < to; instant += interval)
    found.push(instant);
}

function settle(certain: number[], doubtful: number[], from: number, to: number): Starts {
  const sorted = inOrder(certain) ? certain : Float64Array.from(certain).sort();
  const distinct: number[] = [];
  let last = Number.NaN;
  for (const instant of sorted) {
    if (instant < from || instant >= to) continue;
    if (instant === last) doubtful.push(instant);
    else distinct.push(instant);
    last = instant;
  }
  const open = [...new Set(doubtful)].filter((instant) => instant >= from && instant < to).sort((a, b) => a - b);
  return { certain: distinct, doubtful: open };
}

function inOrder(instants: readonly number[]): boolean {
  for (let index = 1; index < instants.length; index++) if ((instants[index] ?? 0) < (instants[index - 1] ?? 0)) return false;
  return true;
}
