import type { Zone } from '@rota/core';

const daySeconds = 86_400;
/** No zone is further from UTC than this. */
const widest = 15 * 3600;

/** One field of the text as robfig/cron v3 keeps it: the values, and its star bit. */
interface Field {
  readonly values: ReadonlySet<number>;
  readonly star: boolean;
}

/**
 * The instants in [from, to) at which the controller of CronJobs starts a job with this schedule and time zone: sorted, distinct.
 *
 * Source: `SpecSchedule.Next` of robfig/cron v3, which goes forward through real time and takes every minute whose wall time matches. So a time in a
 * spring gap never comes, and one in the repeated hour comes twice. Days match by OR unless a day field is `*` (`dayMatches`).
 */
export function controllerStarts(schedule: string, zone: Zone, from: number, to: number): readonly number[] {
  const [minute, hour, dayOfMonth, month, dayOfWeek] = schedule.split(' ').map(readField);
  if (!minute || !hour || !dayOfMonth || !month || !dayOfWeek) return [];
  const minutes = [...hour.values].flatMap((hours) => [...minute.values].map((at) => hours * 60 + at));
  const starts: number[] = [];
  const lastDay = Math.floor((to + widest) / daySeconds);
  for (let day = Math.floor((from - widest) / daySeconds); day <= lastDay; day++) {
    const date = new Date(day * daySeconds * 1000);
    if (!month.values.has(date.getUTCMonth() + 1)) continue;
    const inMonth = dayOfMonth.values.has(date.getUTCDate());
    const inWeek = dayOfWeek.values.has(date.getUTCDay());
    if (!(dayOfMonth.star || dayOfWeek.star ? inMonth && inWeek : inMonth || inWeek)) continue;
    for (const offset of offsetsOf(zone, day)) {
      for (const at of minutes) {
        const instant = day * daySeconds + at * 60 - offset;
        if (instant >= from && instant < to && zone.offsetAt(instant) === offset) starts.push(instant);
      }
    }
  }
  return [...new Set(starts)].sort((a, b) => a - b);
}

const bounds = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 6],
] as const;

function readField(text: string, index: number): Field {
  const [least, most] = bounds[index] ?? [0, 0];
  const values = text.split(',').flatMap((part) => {
    const [first = '', last = first] = part === '*' ? [`${least}`, `${most}`] : part.split('-');
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, step) => Number(first) + step);
  });
  return { values: new Set(values), star: text === '*' };
}

/** The offsets that the zone's clock has on or around a day of the wall. */
function offsetsOf(zone: Zone, day: number): readonly number[] {
  const begin = day * daySeconds - widest;
  const changes = zone.changesBetween(begin, begin + daySeconds + 2 * widest);
  return [...new Set([zone.offsetAt(begin), ...changes.map(({ offsetAfter }) => offsetAfter)])];
}
