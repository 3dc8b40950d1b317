import { sha256 } from '../../host/sha256.ts';
import { endInstant } from '../civil.ts';
import type { Zone } from './zone.ts';
import { zoneFromData } from './zone-from-data.ts';

/** No zone keeps an offset for less than this in 1970 to 2099 (Ramadan in Morocco is four weeks, Egypt's pause in 2014 five). */
const stride = 6 * 86_400;

/**
 * A zone from Node's own data, for machines without zone files, such as Windows: everywhere else those count, which may differ from it.
 * The daylight-saving flags are guessed from the offsets, and there is no footer.
 *
 * @returns `undefined` when Node does not know the name. It takes `europe/paris`, too, which no zone file is called.
 */
export function intlZone(name: string): Zone | undefined {
  const format = formatIn(name);
  const known = format?.resolvedOptions().timeZone;
  if (format === undefined || (known !== name && known?.toLowerCase() === name.toLowerCase())) return undefined;
  const offsetAt = (utcSeconds: number): number => offsetOf(format, utcSeconds);
  const transitions: { at: number; to: { offset: number; isDst: boolean } }[] = [];
  let before = offsetAt(0);
  const usual = offsetAt(0);
  for (let at = 0; at < endInstant; at += stride) {
    const after = offsetAt(at + stride);
    if (after === before) continue;
    let low = at;
    let high = at + stride;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (offsetAt(middle) === before) low = middle;
      else high = middle;
    }
    transitions.push({ at: high, to: { offset: after, isDst: after > before } });
    before = after;
  }
  const digestOf = (): string => sha256(`${process.versions.tz ?? ''}\0${JSON.stringify(transitions)}`).slice(0, 16);
  return zoneFromData(name, digestOf, { initial: { offset: usual, isDst: false }, transitions, footer: undefined });
}

function formatIn(name: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Seconds east of UTC. */
function offsetOf(format: Intl.DateTimeFormat, utcSeconds: number): number {
  const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] = format
    .format(utcSeconds * 1000)
    .split(/\D+/)
    .map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - utcSeconds;
}
