import type { Instant, ReportZone } from '../report.ts';

/** A reading of a wall clock. */
export interface WallClock {
  readonly weekday: string;
  readonly day: number;
  readonly month: string;
  /** `HH:MM` */
  readonly time: string;
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Seconds since the epoch. */
export function secondsOf(instant: Instant): number {
  return Date.parse(instant) / 1000;
}

/** Seconds east of UTC. UTC for a zone that the report does not know. */
export function offsetAt(zone: ReportZone | undefined, at: number): number {
  const offsets = zone?.offsets ?? [];
  return (offsets.findLast(({ from }) => secondsOf(from) <= at) ?? offsets[0])?.seconds ?? 0;
}

export function wallClock(zone: ReportZone | undefined, at: number): WallClock {
  const local = new Date((at + offsetAt(zone, at)) * 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  return {
    weekday: weekdays[local.getUTCDay()] ?? '',
    day: local.getUTCDate(),
    month: months[local.getUTCMonth()] ?? '',
    time: `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}`,
  };
}

/** `Sun 25 Oct, 02:30` */
export function clockText(zone: ReportZone | undefined, at: number): string {
  const { weekday, day, month, time } = wallClock(zone, at);
  return `${weekday} ${day} ${month}, ${time}`;
}

/** `Sun 25 Oct` of `2026-10-25`. */
export function dayText(date: string): string {
  const at = new Date(`${date}T00:00:00Z`);
  return `${weekdays[at.getUTCDay()] ?? ''} ${at.getUTCDate()} ${months[at.getUTCMonth()] ?? ''}`;
}

/** `in 3 h`, `2 days ago`, `now`. */
export function relativeText(seconds: number): string {
  const size = Math.abs(seconds);
  const [value, unit] =
    size < 90 ? [0, ''] : size < 5400 ? [size / 60, 'min'] : size < 129_600 ? [size / 3600, 'h'] : [size / 86_400, 'days'];
  if (unit === '') return 'now';
  return seconds > 0 ? `in ${Math.round(value)} ${unit}` : `${Math.round(value)} ${unit} ago`;
}

/** `840 ms`, `12.4 s`, `3 min 20 s`, `2 h 5 min`. */
export function lengthText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.floor(Math.round(ms / 1000) / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(ms / 1000) % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `1 run`, `2 runs`, `12,480 runs`. */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${numberText(count)} ${count === 1 ? one : many}`;
}

export function numberText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** `1.4 GB`, in decimal units. */
export function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = bytes;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${unit === 0 || size >= 99.95 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`;
}
