import type { Zone } from '@rota/core';

/**
 * For tests: a second reading of task XML, written apart from the simulator. It takes the text with regular expressions, walks the days with `Date`, and
 * instead of weighing doubts it plays one world at a time in which every open question has an answer.
 */
export interface World {
  /** How a repetition goes on over a change of the clock. */
  readonly repetition: 'elapsed' | 'wall';
  /** What a daily start does in an hour that is skipped; weekly and monthly ones are documented to start when it ends. */
  readonly skippedDaily: 'jump' | 'shifted' | 'lost';
  readonly repeated: 'first' | 'second' | 'both';
  /** By which calendar the days of a trigger in UTC are counted. */
  readonly utcDays: 'utc' | 'local';
}

export const worlds: readonly World[] = (['elapsed', 'wall'] as const).flatMap((repetition) =>
  (['jump', 'shifted', 'lost'] as const).flatMap((skippedDaily) =>
    (['first', 'second', 'both'] as const).flatMap((repeated) =>
      (['utc', 'local'] as const).map((utcDays) => ({ repetition, skippedDaily, repeated, utcDays })),
    ),
  ),
);

const months = 'January,February,March,April,May,June,July,August,September,October,November,December'.split(',');
const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

interface Read {
  readonly calendar: boolean;
  readonly utc: boolean;
  readonly wall0: number;
  readonly interval: number;
  readonly duration: number | undefined;
  readonly daily: boolean;
  readonly matches: (date: Date) => boolean;
}

/** Takes the triggers out of the text; {@link bruteForce} plays them. */
export function readByHand(xml: string): readonly Read[] {
  return [...xml.matchAll(/<(TimeTrigger|CalendarTrigger)>([\s\S]*?)<\/\1>/g)].map(([, kind, body = '']) => {
    const value = (name: string): string | undefined => new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1];
    const boundary = value('StartBoundary') ?? '';
    const utc = boundary.endsWith('Z');
    const duration = value('Duration');
    return {
      calendar: kind === 'CalendarTrigger',
      utc,
      wall0: Date.parse(utc ? boundary : `${boundary}Z`) / 1000,
      interval: minutes(value('Interval')) * 60,
      duration: duration === undefined ? undefined : minutes(duration) * 60,
      daily: body.includes('<ScheduleByDay>'),
      matches: dayTest(body),
    };
  });
}

/** Every start in [from, to), sorted; one that two triggers share stands there twice. */
export function bruteForce(triggers: readonly Read[], zone: Zone, world: World, from: number, to: number): Float64Array {
  const found: number[] = [];
  const add = (instant: number): void => void (instant >= from && instant < to && found.push(instant));
  for (const { calendar, utc, wall0, interval, duration, daily, matches } of triggers) {
    if (!calendar && !utc) {
      // For ever from a wall time on, by elapsed time or by what the clock shows.
      const [first = wall0] = instantsOf(zone, wall0, world, false);
      if (world.repetition === 'elapsed') for (let t = first; t < to; t += interval) add(t);
      else
        for (let wall = wall0; wall < to + 86_400; wall += interval) for (const t of instantsOf(zone, wall, world, true)) add(t);
      continue;
    }
    if (!calendar) {
      const end = interval === 0 ? wall0 : duration === undefined ? to : wall0 + duration;
      const skip = interval === 0 ? 0 : Math.max(0, Math.ceil((from - wall0) / interval));
      for (let t = wall0 + skip * interval; t <= end && t < to; t += interval || Number.POSITIVE_INFINITY) add(t);
      continue;
    }
    // A daily one that repeats for a day or more goes on until its next start, whether or not its steps divide the day.
    const span = daily ? Math.min(duration ?? 86_400, 86_399) : (duration ?? 0);
    const count = interval === 0 ? 1 : Math.floor(span / interval) + 1;
    const clock = wall0 % 86_400;
    for (let midnight = Math.floor(from / 86_400 - 2) * 86_400; midnight <= to + 86_400; midnight += 86_400) {
      const wall = midnight + clock;
      if (wall < wall0) continue;
      if (utc) {
        for (let index = 0; index < count; index++) {
          const instant = wall + index * interval;
          const counted = daily || world.utcDays === 'utc' ? wall : instant + zone.offsetAt(instant);
          if (daily || matches(new Date(counted * 1000))) add(instant);
        }
        continue;
      }
      if (!daily && !matches(new Date(wall * 1000))) continue;
      for (const start of instantsOf(zone, wall, world, daily)) {
        for (let index = 0; index < count; index++) {
          if (index === 0 || world.repetition === 'elapsed') add(start + index * interval);
          else for (const instant of instantsOf(zone, wall + index * interval, world, daily)) add(instant);
        }
      }
    }
  }
  return Float64Array.from(found).sort();
}

function instantsOf(zone: Zone, wall: number, world: World, daily: boolean): readonly number[] {
  // Away from changes one step finds the offset; near one, every quarter of an hour that could be an offset is tried.
  const early = zone.offsetAt(wall - 54_000);
  if (early === zone.offsetAt(wall + 54_000)) return [wall - early];
  const shown: number[] = [];
  for (let offset = 54_000; offset >= -54_000; offset -= 900)
    if (zone.offsetAt(wall - offset) === offset) shown.push(wall - offset);
  if (shown.length > 1) return world.repeated === 'both' ? shown : [shown.at(world.repeated === 'first' ? 0 : -1) ?? 0];
  if (shown.length === 1) return shown;
  const shifted = wall - early;
  if (daily && world.skippedDaily === 'lost') return [];
  if (daily && world.skippedDaily === 'shifted') return [shifted];
  let jump = Math.floor(shifted / 60) * 60;
  while (zone.offsetAt(jump - 1) !== early) jump -= 60;
  return [jump];
}

function dayTest(body: string): (date: Date) => boolean {
  const has = (name: string): boolean => body.includes(`<${name} />`);
  const inMonths = months.map(has);
  const onWeekdays = weekdays.map(has);
  const all = (name: string): readonly string[] =>
    [...body.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, text = '']) => text);
  const days = all('Day');
  const weeks = all('Week');
  if (body.includes('<ScheduleByDay>')) return () => true;
  if (body.includes('<ScheduleByWeek>')) return (date) => onWeekdays[date.getUTCDay()] === true;
  if (body.includes('<ScheduleByMonth>')) {
    const onDays = Array.from({ length: 32 }, (_, day) => days.includes(String(day)));
    const isLast = (date: Date): boolean => new Date(date.getTime() + 86_400_000).getUTCDate() === 1;
    return (date) =>
      inMonths[date.getUTCMonth()] === true && (onDays[date.getUTCDate()] === true || (days.includes('Last') && isLast(date)));
  }
  return (date) => {
    if (!inMonths[date.getUTCMonth()] || !onWeekdays[date.getUTCDay()]) return false;
    const inAWeek = new Date(date.getTime() + 7 * 86_400_000);
    const last = inAWeek.getUTCMonth() !== date.getUTCMonth();
    return weeks.includes(String(Math.floor((date.getUTCDate() - 1) / 7) + 1)) || (last && weeks.includes('Last'));
  };
}

/** Minutes of a duration such as `P1DT2H30M`. */
function minutes(text: string | undefined): number {
  const part = (letter: string): number => Number(new RegExp(`(\\d+)${letter}`).exec(text ?? '')?.[1] ?? 0);
  return part('D') * 1440 + part('H') * 60 + part('M');
}
