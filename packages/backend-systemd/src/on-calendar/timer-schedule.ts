import type { NativeSchedule, Zone } from '@rota/core';
import type { CalendarLine } from './calendar-line.ts';
import { addFires, lineFires } from './line-fires.ts';
import { type LinePlan, linePlan } from './line-plan.ts';
import { parseLine } from './parse-line.ts';
import { printLine } from './print-line.ts';

const day = 86_400;

/**
 * What one timer with these lines does, by systemd's rules: the earliest next elapse of any line triggers it, all lines are then computed
 * again from that instant, and equal instants elapse once. A trigger inside a repeated hour wakes the lines of that zone for the rest of it.
 *
 * The lines are read back from their text, so that what is proven is what is written.
 */
export function timerSchedule(lines: readonly CalendarLine[], zoneOf: (name: string) => Zone): NativeSchedule {
  const entries = lines.map(printLine);
  const plans = entries.map((entry) => linePlan(parseLine(entry)));
  const zones = plans.map(({ line }) => (line.zone === 'UTC' ? undefined : zoneOf(line.zone)));
  return { entries, firesBetween: (from, to) => timerFires(plans, zones, Math.ceil(from), Math.ceil(to)) };
}

function timerFires(
  plans: readonly LinePlan[],
  zones: readonly (Zone | undefined)[],
  from: number,
  to: number,
): readonly number[] {
  // A trigger before `from` may have woken lines in a repeated hour that reaches beyond it.
  const early = wakesBefore(zones, from) ? from - day : from;
  let fires: number[] = [];
  for (const [index, plan] of plans.entries()) {
    const zone = zones[index];
    const own: number[] = [];
    if (zone === undefined) addFires(plan, 0, early, to, own);
    fires = merge(fires, zone === undefined ? own : lineFires(plan, zone, early, to));
  }
  for (const [index, plan] of plans.entries()) {
    const zone = zones[index];
    if (zone === undefined) continue;
    for (const change of zone.changesBetween(early - day, to)) {
      const end = change.at + change.offsetBefore - change.offsetAfter;
      if (end <= change.at) continue;
      const waker = firstAtOrAfter(fires, change.at);
      if (waker === undefined || waker >= end) continue;
      const woken: number[] = [];
      addFires(plan, change.offsetAfter, waker + 1, Math.min(end, to), woken);
      fires = merge(fires, woken);
    }
  }
  return early === from ? fires : fires.filter((at) => at >= from);
}

function wakesBefore(zones: readonly (Zone | undefined)[], from: number): boolean {
  return zones.some((zone) => zone?.changesBetween(from - day, from).some((change) => change.offsetAfter < change.offsetBefore));
}

function firstAtOrAfter(fires: readonly number[], at: number): number | undefined {
  let low = 0;
  let high = fires.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((fires[middle] ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return fires[low];
}

/** The union of two sorted lists. */
function merge(a: number[], b: number[]): number[] {
  if (b.length === 0) return a;
  if (a.length === 0) return b;
  const union: number[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const x = a[i] ?? Number.POSITIVE_INFINITY;
    const y = b[j] ?? Number.POSITIVE_INFINITY;
    union.push(Math.min(x, y));
    if (x <= y) i++;
    if (y <= x) j++;
  }
  return union;
}
