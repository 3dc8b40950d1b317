import { daysMustBothMatch, firesBetween, type Horizon, horizonWindow, type Schedule, type Zone } from '@rota/core';
import { type CalendarInterval, printInterval } from './calendar-interval.ts';
import { intervalStarts } from './interval-starts.ts';

/** More dictionaries than anybody would read; launchd sets an alarm for each. Then a coarser set is taken, which the runner filters. */
const most = 400;
const every = <T extends number>(values: readonly T[], count: number): boolean => values.length === count;

/** Which parts of a wall time an interval names. */
type Detail = readonly (keyof CalendarInterval)[];

/**
 * The intervals that start at every declared fire time, and at as few other times as launchd can have. Pure.
 *
 * In the machine's own zone they are the product of the fields. In another zone they are the wall times here of the declared ones. What is
 * then still missing, such as the fire at the end of a spring gap, gets an interval for its date.
 */
export function translateSchedule(declared: Schedule, systemZone: Zone, horizon: Horizon): readonly CalendarInterval[] {
  const { from, to } = horizonWindow(horizon);
  const regular = declared.zone.digest === systemZone.digest ? ownZone(declared) : otherZone(declared, systemZone, from, to);
  const missing = missingFires(declared, regular, systemZone, from, to);
  return distinct([...regular, ...missing.map((instant) => wallTime(instant, systemZone, ['Month', 'Day', 'Hour', 'Minute']))]);
}

function ownZone({ calendar }: Schedule): readonly CalendarInterval[] {
  const { minute, hour, dayOfMonth, month, dayOfWeek } = calendar;
  const dates: CalendarInterval[] = [];
  const months = every(month.values, 12) ? [undefined] : month.values;
  const onDays = (): readonly CalendarInterval[] =>
    months.flatMap((Month) => dayOfMonth.values.map((Day) => ({ ...(Month === undefined ? {} : { Month }), Day })));
  const onWeekdays = (): readonly CalendarInterval[] => dayOfWeek.values.map((Weekday) => ({ Weekday }));
  const anyDay = every(dayOfMonth.values, 31);
  const anyWeekday = every(dayOfWeek.values, 7);
  if (!daysMustBothMatch(calendar)) {
    // Cron's OR. A field that holds every day, such as 1-31, makes every day match.
    if (anyDay || anyWeekday) dates.push(...months.map((Month) => (Month === undefined ? {} : { Month })));
    else dates.push(...onDays(), ...onWeekdays());
  } else if (!anyDay) dates.push(...onDays());
  else if (!anyWeekday) dates.push(...onWeekdays());
  else dates.push(...months.map((Month) => (Month === undefined ? {} : { Month })));
  return coarsened(
    dates,
    every(hour.values, 24) ? [undefined] : hour.values,
    every(minute.values, 60) ? [undefined] : minute.values,
  );
}

/** Leaves out the days, then the hours, until there are few enough. */
function coarsened(
  dates: readonly CalendarInterval[],
  hours: readonly (number | undefined)[],
  minutes: readonly (number | undefined)[],
): readonly CalendarInterval[] {
  const product = (days: readonly CalendarInterval[], hour: readonly (number | undefined)[]): readonly CalendarInterval[] =>
    days.flatMap((date) =>
      hour.flatMap((Hour) =>
        minutes.map((Minute) => ({
          ...date,
          ...(Hour === undefined ? {} : { Hour }),
          ...(Minute === undefined ? {} : { Minute }),
        })),
      ),
    );
  if (dates.length * hours.length * minutes.length <= most) return product(dates, hours);
  if (hours.length * minutes.length <= most) return product([{}], hours);
  return product([{}], [undefined]);
}

/**
 * The wall times here of the declared ones, with no more detail than the declared fields restrict. Where days are restricted and the fires are few
 * they are those of all fires in the horizon, else those of every time of day under every difference that the two clocks have.
 */
function otherZone(declared: Schedule, systemZone: Zone, from: number, to: number): readonly CalendarInterval[] {
  const { minute, hour } = declared.calendar;
  const day = dayDetail(declared);
  if (day.length > 0 && hour.values.length * minute.values.length <= 24) {
    const detail = [...day, 'Hour', 'Minute'] as const;
    const found = distinct(firesBetween(declared, from, to).map((instant) => wallTime(instant, systemZone, detail)));
    if (found.length <= most) return found;
  }
  const minutes = differences(declared.zone, systemZone, from, to).flatMap((difference) =>
    hour.values.flatMap((hours) => minute.values.map((minutes) => (hours * 60 + minutes + difference + 1440) % 1440)),
  );
  if (every(hour.values, 24)) return distinct(minutes.map((at) => ({ Minute: at % 60 })));
  const times = distinct(minutes.map((at) => ({ Hour: Math.floor(at / 60), Minute: at % 60 })));
  return times.length <= most ? times : distinct(minutes.map((at) => ({ Minute: at % 60 })));
}

function dayDetail({ calendar }: Schedule): Detail {
  const { dayOfMonth, month, dayOfWeek } = calendar;
  const anyDay = every(dayOfMonth.values, 31);
  const anyWeekday = every(dayOfWeek.values, 7);
  const inMonths: Detail = every(month.values, 12) ? [] : ['Month'];
  if (!daysMustBothMatch(calendar)) return anyDay || anyWeekday ? inMonths : ['Month', 'Day'];
  if (!anyDay) return [...inMonths, 'Day'];
  return anyWeekday ? inMonths : ['Weekday'];
}

/** By how many minutes the clock here has been ahead of the declared one, each difference once. */
function differences(declared: Zone, systemZone: Zone, from: number, to: number): readonly number[] {
  const changes = [...declared.changesBetween(from, to), ...systemZone.changesBetween(from, to)].map(({ at }) => at);
  return [...new Set([from, ...changes].map((at) => (systemZone.offsetAt(at) - declared.offsetAt(at)) / 60))];
}

function missingFires(
  declared: Schedule,
  intervals: readonly CalendarInterval[],
  zone: Zone,
  from: number,
  to: number,
): readonly number[] {
  // Only around a change of either clock can the product of the fields miss a fire.
  const changes = [...declared.zone.changesBetween(from, to), ...zone.changesBetween(from, to)];
  return changes.flatMap(({ at }) => {
    const [begin, end] = [Math.max(from, at - 86_400), Math.min(to, at + 86_400)];
    const starts = new Set(intervalStarts(intervals, zone, begin, end));
    return firesBetween(declared, begin, end).filter((instant) => !starts.has(instant));
  });
}

function wallTime(instant: number, zone: Zone, detail: Detail): CalendarInterval {
  const wall = new Date((instant + zone.offsetAt(instant)) * 1000);
  const whole = {
    Month: wall.getUTCMonth() + 1,
    Day: wall.getUTCDate(),
    Weekday: wall.getUTCDay(),
    Hour: wall.getUTCHours(),
    Minute: wall.getUTCMinutes(),
  };
  return Object.fromEntries(detail.map((key) => [key, whole[key]]));
}

function distinct(intervals: readonly CalendarInterval[]): readonly CalendarInterval[] {
  return [...new Map(intervals.map((interval) => [printInterval(interval), interval])).values()];
}
