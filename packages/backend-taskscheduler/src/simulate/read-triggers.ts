import { RotaError } from '@rota/core';
import { readIsoDuration } from '../task/iso-duration.ts';
import { child, textAt, type XmlElement } from '../xml/xml-element.ts';
import type { CivilDay } from './civil-day.ts';
import type { ScheduledTrigger } from './scheduled-trigger.ts';

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = 'January February March April May June July August September October November December'.split(' ');
const day = 86_400;
const common = ['Enabled', 'StartBoundary', 'Repetition', 'RandomDelay'];

/**
 * Reads the triggers of a task that start by the clock; boot and logon triggers are passed over.
 * @throws ROTA_TASK_XML for an element or a value whose meaning this reader does not know: nothing is guessed
 */
export function readTriggers(task: XmlElement): readonly ScheduledTrigger[] {
  return (child(task, 'Triggers')?.children ?? []).flatMap((trigger) => {
    if (trigger.name === 'BootTrigger' || trigger.name === 'LogonTrigger') return [];
    if (trigger.name !== 'TimeTrigger' && trigger.name !== 'CalendarTrigger') throw unknown(trigger.name);
    return textAt(trigger, 'Enabled') === 'false' ? [] : [readTrigger(trigger)];
  });
}

function readTrigger(trigger: XmlElement): ScheduledTrigger {
  const repetition = child(trigger, 'Repetition');
  const interval = repetition === undefined ? 0 : duration(repetition, 'Interval');
  const endless = repetition !== undefined && child(repetition, 'Duration') === undefined;
  const span = repetition === undefined ? 0 : endless ? Number.POSITIVE_INFINITY : duration(repetition, 'Duration');
  const schedules = trigger.children.filter(({ name }) => !common.includes(name));
  const [schedule] = schedules;
  if (schedules.length !== (trigger.name === 'TimeTrigger' ? 0 : 1)) throw unknown(schedules.at(-1)?.name ?? trigger.name);
  const daily = schedule?.name === 'ScheduleByDay';
  if (schedule !== undefined && span > day && !(daily && day % interval === 0))
    throw unknown('a repetition over more than a day');
  const boundary = textAt(trigger, 'StartBoundary') ?? '';
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(Z|[+-]\d\d:\d\d)?$/.exec(boundary);
  if (match === null) throw unknown(`StartBoundary ${boundary}`);
  return {
    boundary: Date.parse(`${match[1]}Z`) / 1000,
    fixedOffset: fixedOffset(match[2]),
    interval,
    // The start of the next day takes the place of what would go on beyond it.
    span: daily && span >= day ? day - (day % interval || interval) : span,
    rule: schedule === undefined ? undefined : readRule(schedule),
    ruleKey: schedule === undefined ? '' : JSON.stringify(schedule),
    everyDay: daily,
    gapIsDocumented: schedule !== undefined && !daily,
  };
}

function fixedOffset(suffix: string | undefined): number | undefined {
  if (suffix === undefined || suffix === 'Z') return suffix === undefined ? undefined : 0;
  const [hours = 0, minutes = 0] = suffix.slice(1).split(':').map(Number);
  return (suffix.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60);
}

function readRule(schedule: XmlElement): (day: CivilDay) => boolean {
  switch (schedule.name) {
    case 'ScheduleByDay': {
      only(schedule, 'DaysInterval', '1');
      return () => true;
    }
    case 'ScheduleByWeek': {
      only(schedule, 'WeeksInterval', '1');
      const set = names(schedule, 'DaysOfWeek', weekdays);
      return ({ weekday }) => set.has(weekday);
    }
    case 'ScheduleByMonth': {
      const days = new Set(child(schedule, 'DaysOfMonth')?.children.map(({ text }) => text));
      const set = names(schedule, 'Months', months);
      return ({ month, day, daysInMonth }) =>
        set.has(month - 1) && (days.has(String(day)) || (day === daysInMonth && days.has('Last')));
    }
    case 'ScheduleByMonthDayOfWeek': {
      const weeks = new Set(child(schedule, 'Weeks')?.children.map(({ text }) => text));
      const set = names(schedule, 'DaysOfWeek', weekdays);
      const inMonths = names(schedule, 'Months', months);
      return ({ month, day, daysInMonth, weekday }) =>
        inMonths.has(month - 1) &&
        set.has(weekday) &&
        (weeks.has(String(Math.ceil(day / 7))) || (day + 7 > daysInMonth && weeks.has('Last')));
    }
    default:
      throw unknown(schedule.name);
  }
}

function names(schedule: XmlElement, list: string, all: readonly string[]): ReadonlySet<number> {
  const found = (child(schedule, list)?.children ?? []).map(({ name }) => all.indexOf(name));
  if (found.length === 0 || found.includes(-1)) throw unknown(`${list} of ${schedule.name}`);
  return new Set(found);
}

function only(schedule: XmlElement, name: string, value: string): void {
  if ((textAt(schedule, name) ?? value) !== value) throw unknown(`${name} ${textAt(schedule, name)}`);
}

function duration(repetition: XmlElement, name: string): number {
  const text = textAt(repetition, name) ?? '';
  const seconds = readIsoDuration(text);
  if (seconds === undefined || seconds < 60) throw unknown(`${name} ${text}`);
  return seconds;
}

function unknown(what: string): RotaError {
  return new RotaError('ROTA_TASK_XML', `The simulator of Task Scheduler does not know ${what}.`);
}
