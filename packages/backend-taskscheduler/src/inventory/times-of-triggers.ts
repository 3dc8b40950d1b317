import type { Calendar } from '@rota/core';
import type { ScheduledTrigger } from '../simulate/scheduled-trigger.ts';

type Times = Pick<Calendar, 'minute' | 'hour'>;

const day = 86_400;

/**
 * Cron fields for the times of the day at which triggers start; `undefined` where they are not the same every day. With a star a field follows the wall
 * clock through a change (crontab(5)), a list does not: either may be what the triggers do.
 */
export function timesOfTriggers(triggers: readonly ScheduledTrigger[]): readonly Times[] | undefined {
  const found = new Set<number>();
  for (const { boundary, fixedOffset = 0, interval, span } of triggers) {
    if (span === Number.POSITIVE_INFINITY && day % interval !== 0) return undefined;
    const last = Math.min(span, day - 1);
    for (let after = 0; after <= last; after += interval || day)
      found.add((((boundary - fixedOffset + after) % day) + day) % day);
  }
  const minutes = sorted([...found].map((second) => Math.floor(second / 60) % 60));
  const hours = sorted([...found].map((second) => Math.floor(second / 3600)));
  if (minutes.length * hours.length !== found.size) return undefined;
  const plain = (values: readonly number[], star: boolean) => ({ values, star });
  const regular = { minute: plain(minutes, isStep(minutes, 60)), hour: plain(hours, isStep(hours, 24)) };
  const lists = { minute: plain(minutes, false), hour: plain(hours, false) };
  return regular.minute.star || regular.hour.star ? [regular, lists] : [regular];
}

/** What is written as `*` or as a step from the lowest value on that comes out even. */
function isStep(values: readonly number[], length: number): boolean {
  const step = length / values.length;
  return values.length > 1 && values.every((value, index) => value === index * step);
}

function sorted(values: readonly number[]): readonly number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}
