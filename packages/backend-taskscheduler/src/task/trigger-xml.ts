import { node, type XmlNode } from '../xml/write-xml.ts';
import { allWeeks, type DayRule } from './day-rule.ts';
import { isoDuration } from './iso-duration.ts';
import type { Trigger } from './trigger.ts';

const weekdayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const monthNames = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

export interface TriggerSettings {
  readonly randomDelayMs?: number | undefined;
  /** Whose logon counts; absent: anybody's. */
  readonly userId?: string | undefined;
}

/** A trigger in the order of elements that the schema documents: Enabled, StartBoundary, Repetition, RandomDelay, then the schedule. */
export function triggerXml(trigger: Trigger, settings: TriggerSettings = {}): XmlNode {
  const enabled = node('Enabled', 'true');
  const delay = settings.randomDelayMs === undefined ? [] : [node('RandomDelay', isoDuration(settings.randomDelayMs / 1000))];
  switch (trigger.kind) {
    case 'boot':
      return node('BootTrigger', [enabled]);
    case 'logon':
      return node('LogonTrigger', [enabled, ...(settings.userId === undefined ? [] : [node('UserId', settings.userId)])]);
    case 'time': {
      const start = new Date(trigger.at * 1000).toISOString().replace('.000Z', 'Z');
      return node('TimeTrigger', [
        enabled,
        node('StartBoundary', start),
        ...repetition(trigger.stepMinutes, trigger.count),
        ...delay,
      ]);
    }
    case 'calendar': {
      const { start, step, count } = trigger.times;
      const clock = `${two(Math.floor(start / 60))}:${two(start % 60)}:00`;
      return node('CalendarTrigger', [
        enabled,
        node('StartBoundary', `${trigger.firstDay}T${clock}${trigger.utc ? 'Z' : ''}`),
        ...repetition(step, count),
        ...delay,
        ruleXml(trigger.rule),
      ]);
    }
  }
}

/** Both ends of a duration are starts, so n starts take n - 1 intervals; without a duration they go on for ever. */
function repetition(stepMinutes: number, count: number): readonly XmlNode[] {
  if (count === 1) return [];
  const interval = node('Interval', isoDuration(stepMinutes * 60));
  const end = node('StopAtDurationEnd', 'false');
  if (count === Number.POSITIVE_INFINITY) return [node('Repetition', [interval, end])];
  return [node('Repetition', [interval, node('Duration', isoDuration(stepMinutes * (count - 1) * 60)), end])];
}

function ruleXml(rule: DayRule): XmlNode {
  switch (rule.kind) {
    case 'daily':
      return node('ScheduleByDay', [node('DaysInterval', '1')]);
    case 'weekly':
      return node('ScheduleByWeek', [node('WeeksInterval', '1'), weekdaysXml(rule.weekdays)]);
    case 'monthly':
      return node('ScheduleByMonth', [
        node(
          'DaysOfMonth',
          rule.days.map((day) => node('Day', String(day))),
        ),
        monthsXml(rule.months),
      ]);
    case 'monthlyByWeekday':
      return node('ScheduleByMonthDayOfWeek', [
        node(
          'Weeks',
          allWeeks.filter((week) => rule.weeks.includes(week)).map((week) => node('Week', String(week))),
        ),
        weekdaysXml(rule.weekdays),
        monthsXml(rule.months),
      ]);
  }
}

function weekdaysXml(weekdays: readonly number[]): XmlNode {
  return node(
    'DaysOfWeek',
    weekdayNames.filter((_, day) => weekdays.includes(day)).map((name) => node(name)),
  );
}

function monthsXml(months: readonly number[]): XmlNode {
  return node(
    'Months',
    monthNames.filter((_, index) => months.includes(index + 1)).map((name) => node(name)),
  );
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
