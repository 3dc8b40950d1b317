import type { Report } from '../report.ts';
import { lengthText, offsetAt, secondsOf, wallClock } from './clock.ts';

/** A day of a timeline, in hours from its start. */
export interface ScaleDay {
  readonly from: number;
  readonly to: number;
  /** `Sun 25` */
  readonly label: string;
}

/** A day on which a clock changes, in hours from the start of the timeline. */
export interface ScaleChange extends ScaleDay {
  readonly timezone: string;
}

/** Where days begin and clocks change on the timeline of a report. */
export interface WeekScale {
  readonly hours: number;
  /** By the machine's zone. */
  readonly days: readonly ScaleDay[];
  readonly changes: readonly ScaleChange[];
}

const day = 86_400;

export function weekScale(report: Report): WeekScale {
  const start = secondsOf(report.week.from);
  const hours = (secondsOf(report.week.to) - start) / 3600;
  const clamped = (at: number): number => Math.min(hours, Math.max(0, (at - start) / 3600));
  const dayAround = (at: number, zoneName: string): { from: number; to: number } => {
    const zone = report.zones[zoneName];
    const midnight = (local: number): number => {
      const guess = local * day - offsetAt(zone, local * day);
      return local * day - offsetAt(zone, guess);
    };
    const local = Math.floor((at + offsetAt(zone, at)) / day);
    return { from: midnight(local), to: midnight(local + 1) };
  };
  const days: ScaleDay[] = [];
  for (let at = start; at < start + hours * 3600; ) {
    const { from, to } = dayAround(at, report.timezone);
    const { weekday, day: date } = wallClock(report.zones[report.timezone], at);
    days.push({ from: clamped(from), to: clamped(to), label: `${weekday} ${date}` });
    at = to;
  }
  const changes = report.week.clockChanges.map((change): ScaleChange => {
    const { from, to } = dayAround(secondsOf(change.at) - 1, change.timezone);
    return { timezone: change.timezone, from: clamped(from), to: clamped(to), label: shiftText(change) };
  });
  return { hours, days, changes };
}

/** `+1 h` in spring, `−1 h` in autumn. */
export function shiftText({
  offsetBefore,
  offsetAfter,
}: {
  readonly offsetBefore: number;
  readonly offsetAfter: number;
}): string {
  const shift = offsetAfter - offsetBefore;
  const size =
    Math.abs(shift) % 3600 === 0 ? `${Math.abs(shift) / 3600} h` : lengthText(Math.abs(shift) * 1000).replace(' 0 s', '');
  return `${shift > 0 ? '+' : '−'}${size}`;
}
