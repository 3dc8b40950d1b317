import { type Artifact, type Host, hostZone, type Zone } from '@rota/core';
import { parseLine } from '../on-calendar/parse-line.ts';
import { timerSchedule } from '../on-calendar/timer-schedule.ts';
import { batches, systemctl } from '../systemctl.ts';
import { readTimestamp } from '../timestamp.ts';
import type { UnitChange } from './unit-change.ts';

/**
 * The changed timers that a reload would make elapse at once. After a reload systemd computes the next elapse from a timer's last trigger, or
 * (measured on 262) from its own start, so that a schedule moved from 10:00 to 06:00 at noon would run the job for a 06:00 that was never
 * declared. Such a timer is parked before the reload; then it counts from now.
 *
 * Not where the zone is in the second pass of a repeated hour: started there, systemd would run what it ran in the first.
 */
export async function surprisedTimers(host: Host, units: readonly UnitChange[]): Promise<ReadonlySet<string>> {
  const moved = units.filter((unit) => {
    const [before, after] = [timerText(unit, unit.change.before), timerText(unit, unit.change.after)];
    return before !== '' && after !== '' && linesOf(after).join('\n') !== linesOf(before).join('\n');
  });
  if (moved.length === 0) return new Set();
  const now = Math.floor(host.now() / 1000);
  const bases = await readBases(
    host,
    moved.map(({ name }) => `${name}.timer`),
  );
  const zoneOf = (name: string): Zone => hostZone(host, name);
  const surprised = moved.filter((unit) => {
    const base = bases.get(`${unit.name}.timer`);
    if (base === undefined) return false;
    const timer = timerText(unit, unit.change.after);
    const lines = linesOf(timer).map(parseLine);
    if (lines.some(({ zone }) => inRepeatedHour(zoneOf(zone), now))) return false;
    // What is delayed is late by that much.
    const delay = Math.ceil(Number(/^RandomizedDelaySec=(\d+)ms$/m.exec(timer)?.[1] ?? 0) / 1000);
    return timerSchedule(lines, zoneOf).firesBetween(base - delay, now + 1).length > 0;
  });
  return new Set(surprised.map(({ name }) => name));
}

function inRepeatedHour(zone: Zone, now: number): boolean {
  return zone.changesBetween(now - 86_400, now + 1).some((change) => now < change.at + change.offsetBefore - change.offsetAfter);
}

function timerText({ name }: UnitChange, artifact: Artifact | null): string {
  return artifact?.files.find((file) => file.name === `${name}.timer`)?.content ?? '';
}

function linesOf(timer: string): readonly string[] {
  return [...timer.matchAll(/^OnCalendar=(.*)$/gm)].map((match) => match[1] ?? '');
}

/** The last trigger of each timer, else its start, in seconds since the epoch; absent for one that is not started. */
async function readBases(host: Host, timers: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  const properties = ['Id', 'LastTriggerUSec', 'ActiveState', 'InactiveExitTimestamp'];
  for (const batch of batches(timers)) {
    const text = await systemctl(host, ['show', '--timestamp=unix', `--property=${properties.join()}`, ...batch]);
    for (const block of text.split('\n\n')) {
      const values = new Map(
        block.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
      );
      const base = readTimestamp(values.get('LastTriggerUSec')) ?? readTimestamp(values.get('InactiveExitTimestamp'));
      if (values.get('ActiveState') === 'active' && base !== null) found.set(values.get('Id') ?? '', base);
    }
  }
  return found;
}
