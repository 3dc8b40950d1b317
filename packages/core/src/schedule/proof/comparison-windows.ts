import { endInstant, firstInstant, yearStart } from '../civil.ts';
import type { Zone } from '../zone/zone.ts';
import type { Horizon } from './horizon.ts';

/** A stretch of time, the end excluded. */
export interface TimeWindow {
  readonly from: number;
  readonly to: number;
}

const day = 86_400;
const around = 3 * day;

/** The whole horizon as one window. */
export function horizonWindow(horizon: Horizon): TimeWindow {
  return { from: Math.max(yearStart(horizon.fromYear), firstInstant), to: Math.min(yearStart(horizon.toYear + 1), endInstant) };
}

/**
 * The parts of a horizon in which a dense schedule is compared: its whole first year; three days on both sides of every change
 * of the zones' clocks in every year; and in every later year the turn of the year and of February, three days on both sides.
 * Sorted, without overlap.
 */
export function comparisonWindows(zones: readonly Zone[], horizon: Horizon): readonly TimeWindow[] {
  const { from, to } = horizonWindow(horizon);
  const centres = zones.flatMap((zone) => zone.changesBetween(from - around, to + around).map((change) => change.at));
  for (let year = horizon.fromYear + 1; year <= horizon.toYear; year++) centres.push(yearStart(year), yearStart(year) + 59 * day);
  const windows = [
    { from, to: yearStart(horizon.fromYear + 1) },
    ...centres.map((at) => ({ from: at - around, to: at + around })),
  ];
  const merged: { from: number; to: number }[] = [];
  for (const window of windows.sort((a, b) => a.from - b.from)) {
    const start = Math.max(window.from, from);
    const end = Math.min(window.to, to);
    const last = merged.at(-1);
    if (last !== undefined && start <= last.to) last.to = Math.max(last.to, end);
    else if (start < end) merged.push({ from: start, to: end });
  }
  return merged;
}
