import type { Zone } from '@rota/core';

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** `Sun 2026-03-08 03:00 -04:00` of an instant in seconds, by the zone's own files. For people; JSON has UTC. */
export function localTime(seconds: number, zone: Zone): string {
  const offset = zone.offsetAt(seconds);
  const local = new Date((seconds + offset) * 1000);
  const text = local.toISOString();
  const clock = seconds % 60 === 0 ? text.slice(11, 16) : text.slice(11, 19);
  return `${days[local.getUTCDay()]} ${text.slice(0, 10)} ${clock} ${offsetText(offset)}`;
}

/** `+02:00`, or `UTC`. */
export function offsetText(offset: number): string {
  if (offset === 0) return 'UTC';
  const minutes = Math.round(Math.abs(offset) / 60);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
