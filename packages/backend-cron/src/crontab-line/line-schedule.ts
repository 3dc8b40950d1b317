import type { NativeSchedule, Zone } from '@rota/core';
import { RotaError } from '@rota/core';
import type { CronDialect } from '../dialect.ts';
import { busyboxTimes } from './busybox-times.ts';
import type { CronLine } from './cron-line.ts';
import { eachMinute, type LineTimes, matchingDays } from './line-times.ts';
import { vixieClock } from './vixie-clock.ts';
import { vixieTimes } from './vixie-times.ts';

type Fires = (from: number, to: number) => readonly number[];

/**
 * When a daemon in `systemZone` starts the lines of one job, read from their text by that daemon's own rules. `since` is the instant
 * from which the daemon is taken to run, in seconds since the epoch; earlier instants have no fires.
 *
 * @throws ROTA_INTERNAL when the daemon would refuse a line, or a line of another zone stands on a machine whose clock changes.
 */
export function lineSchedule(lines: readonly CronLine[], dialect: CronDialect, systemZone: Zone, since: number): NativeSchedule {
  const parts = lines.map((line) => lineFires(line, dialect, systemZone, since));
  const [only] = parts;
  return {
    entries: lines.map((line) => (line.zone === undefined ? line.fields : `CRON_TZ=${line.zone.name} ${line.fields}`)),
    firesBetween: (from, to) => {
      const start = Math.max(from, since);
      if (parts.length === 1 && only !== undefined) return only(start, to);
      return [...new Set(parts.flatMap((fires) => fires(start, to)))].sort((a, b) => a - b);
    },
  };
}

function lineFires(line: CronLine, dialect: CronDialect, systemZone: Zone, since: number): Fires {
  const times = dialect === 'busybox' ? busyboxTimes(line.fields) : vixieTimes(line.fields, dialect);
  if (times === undefined) throw new RotaError('ROTA_INTERNAL', `cron would refuse the line \`${line.fields}\`.`);
  if (dialect === 'busybox') return wallClockFires(times, systemZone, since);
  if (line.zone === undefined) return vixieFires(times, systemZone, dialect, since);
  // cronie skips such jobs while its own zone changes, and runs them twice or not at all in the hour of a change of theirs.
  if (dialect !== 'cronie' || systemZone.changesBetween(since, Number.POSITIVE_INFINITY).length > 0) {
    throw new RotaError(
      'ROTA_INTERNAL',
      `The line \`${line.fields}\` names a zone, which only cronie on a machine without clock changes reads.`,
    );
  }
  return wallClockFires(times, line.zone, since);
}

/** Every minute whose wall clock matches, in both passes of a repeated hour; what lies in a gap never comes. */
function wallClockFires(times: LineTimes, zone: Zone, since: number): Fires {
  const days = matchingDays(times);
  return (from, to) => {
    const fires: number[] = [];
    let start = Math.max(from, since);
    for (const change of [...zone.changesBetween(start + 1, to), undefined]) {
      const end = change?.at ?? to;
      const offset = zone.offsetAt(start);
      const first = Math.ceil((start + offset) / 60);
      eachMinute(times, days, first, Math.ceil((end + offset) / 60), (minute) => void fires.push(minute * 60 - offset));
      start = end;
    }
    return fires;
  };
}

function vixieFires(times: LineTimes, zone: Zone, dialect: 'debian' | 'cronie', since: number): Fires {
  const days = matchingDays(times);
  const clock = vixieClock(zone, dialect, since);
  return (from, to) => {
    const fires: number[] = [];
    for (const span of clock) {
      if (span.to <= from) continue;
      if (span.from >= to) break;
      if (span.from >= from && atJump(span.first, times.wild ? span.wildSince : span.fixedSince)) fires.push(span.from);
      const rest = times.wild ? span.first : Math.max(span.first, span.fixedRestUntil);
      const first = Math.max(rest + 1, Math.ceil((from + span.offset) / 60));
      const end = Math.ceil((Math.min(to, span.to) + span.offset) / 60);
      eachMinute(times, days, first, end, (minute) => void fires.push(minute * 60 - span.offset));
    }
    return fires;

    function atJump(first: number, caughtUpSince: number): boolean {
      let due = false;
      if (caughtUpSince <= first) {
        eachMinute(times, days, caughtUpSince, first + 1, () => {
          due = true;
        });
      }
      return due;
    }
  };
}
