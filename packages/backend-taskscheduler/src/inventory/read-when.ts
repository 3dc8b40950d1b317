import { type ForeignReading, type Host, hostZone, isRotaError, printDuration } from '@rota/core';
import { describeTrigger } from '../simulate/describe-trigger.ts';
import { readTriggers } from '../simulate/read-triggers.ts';
import type { ScheduledTrigger } from '../simulate/scheduled-trigger.ts';
import { readIsoDuration } from '../task/iso-duration.ts';
import { child, textAt, type XmlElement } from '../xml/xml-element.ts';
import { taskCron } from './task-cron.ts';

/** When a task starts, in our words, and what is to be said about it. */
export interface TaskWhen extends Pick<ForeignReading, 'trigger' | 'randomizedDelayMs'> {
  readonly notes: readonly string[];
}

/** The triggers of a task as one schedule or event. Disabled ones, and those that have ended, count for nothing. */
export function readWhen(task: XmlElement, host: Pick<Host, 'now' | 'timezone' | 'zoneRoots'>, startsTwice: boolean): TaskWhen {
  const all = child(task, 'Triggers')?.children ?? [];
  const now = host.now() / 1000;
  const triggers = all.filter((trigger) => textAt(trigger, 'Enabled') !== 'false' && !(endOf(trigger, host) <= now));
  const [first, ...others] = triggers;
  if (first === undefined)
    return none(
      all.length === 0
        ? 'It has no trigger: somebody or something else starts it.'
        : 'All its triggers are disabled or have ended.',
    );
  const clock = triggers.filter(({ name }) => name === 'TimeTrigger' || name === 'CalendarTrigger');
  if (clock.length === triggers.length) return readClock(clock, host, startsTwice);
  if (others.length > 0 || !(first.name in events))
    return none(
      `It starts by ${triggers.map(({ name }) => name).join(', ')}: a job has one schedule, or the start of the machine, or a login.`,
    );
  return readEvent(first);
}

const events: Readonly<Record<string, { readonly kind: 'boot' | 'login' }>> = {
  BootTrigger: { kind: 'boot' },
  LogonTrigger: { kind: 'login' },
};

function readEvent(trigger: XmlElement): TaskWhen {
  if (child(trigger, 'Repetition') !== undefined)
    return none(`Its ${trigger.name} repeats (${describeTrigger(trigger)}): a job starts once at such an event.`);
  if (child(trigger, 'EndBoundary') !== undefined) return none(endNote(trigger));
  const user = textAt(trigger, 'UserId');
  const delay = textAt(trigger, 'Delay');
  return {
    trigger: events[trigger.name] ?? null,
    notes: [
      ...(delay === undefined ? [] : [`It waits ${spanText(delay)} after the event; the job starts at once.`]),
      ...(user === undefined
        ? []
        : [
            `It starts when ${user} logs on. The backend's option \`userId\` says whose logon starts jobs; without it, anybody's.`,
          ]),
      ...limitNotes([trigger]),
    ],
  };
}

function readClock(
  triggers: readonly XmlElement[],
  host: Pick<Host, 'now' | 'timezone' | 'zoneRoots'>,
  startsTwice: boolean,
): TaskWhen {
  const ending = triggers.find((trigger) => child(trigger, 'EndBoundary') !== undefined);
  if (ending !== undefined) return none(endNote(ending));
  const once = triggers.find(
    (trigger) =>
      trigger.name === 'TimeTrigger' &&
      !(child(trigger, 'Repetition') !== undefined && textAt(trigger, 'Repetition', 'Duration') === undefined),
  );
  if (once !== undefined) return none(`It starts at fixed times only (${describeTrigger(once)}); a job comes again.`);
  for (const [rule, interval, unit] of [
    ['ScheduleByDay', 'DaysInterval', 'days'],
    ['ScheduleByWeek', 'WeeksInterval', 'weeks'],
  ] as const) {
    const every = triggers.map((trigger) => textAt(trigger, rule, interval)).find((text) => text !== undefined && text !== '1');
    if (every !== undefined)
      return none(`It starts every ${every} ${unit}, counted from its first day; cron counts within a month or a week only.`);
  }
  const seconds = new Set(triggers.map((trigger) => secondsOf(textAt(trigger, 'StartBoundary') ?? '')));
  const [second = 0] = seconds;
  if (seconds.size > 1) return none('Its triggers start at different seconds of the minute; a job starts at second 0.');
  const described = triggers.map(describeTrigger).join(' and ');
  let scheduled: readonly ScheduledTrigger[];
  try {
    scheduled = readTriggers({
      name: 'Task',
      attributes: {},
      text: '',
      children: [{ name: 'Triggers', attributes: {}, text: '', children: triggers.map(bare) }],
    });
  } catch (error) {
    if (!isRotaError(error)) throw error;
    return none(`Its times cannot be read (${described}). ${error.message}`);
  }
  const zone = (name: string) => hostZone(host, name);
  const found = taskCron(scheduled, {
    machine: zone(host.timezone),
    utc: zone('UTC'),
    now: Math.floor(host.now() / 1000),
    startsTwice,
  });
  if (found === undefined) return none(`No cron expression fires as ${described} does.`);
  const delays = [...new Set(triggers.map((trigger) => textAt(trigger, 'RandomDelay') ?? 'PT0S'))];
  const delay = delays.length === 1 ? readIsoDuration(delays[0] ?? '') : undefined;
  return {
    trigger: { kind: 'schedule', expression: found.expression, timezone: found.timezone },
    ...(delay === undefined || delay === 0 ? {} : { randomizedDelayMs: delay * 1000 }),
    notes: [
      ...(second === 0 ? [] : [`It starts ${second} s after the minute, the job on the minute.`]),
      ...(found.clockChanges
        ? [
            "What Task Scheduler does with these times on days on which the clock changes is not documented; the job follows cron's rule.",
          ]
        : []),
      ...(delay === undefined ? [`RandomDelay is ${delays.join(' and ')}; it is not carried over.`] : []),
      ...limitNotes(triggers),
    ],
  };
}

/** What the simulator has to know of a trigger; the rest is said in notes. The start is moved to its minute. */
function bare(trigger: XmlElement): XmlElement {
  const children = trigger.children
    .filter(({ name }) => name === 'StartBoundary' || name === 'Repetition' || name.startsWith('ScheduleBy'))
    .map((inner) =>
      inner.name === 'StartBoundary' ? { ...inner, text: inner.text.replace(/:\d\d(\.\d+)?(?=$|[Z+-])/, ':00') } : inner,
    );
  return { ...trigger, children };
}

function limitNotes(triggers: readonly XmlElement[]): readonly string[] {
  const said = (name: string, ...path: readonly string[]) =>
    triggers.flatMap((trigger) => {
      const text = textAt(trigger, ...path, name);
      return text === undefined || text === 'false' ? [] : [`\`${name}\` ${text} of its trigger is not carried over.`];
    });
  return [...new Set([...said('ExecutionTimeLimit'), ...said('StopAtDurationEnd', 'Repetition')])];
}

function secondsOf(boundary: string): number {
  return Number(/T\d\d:\d\d:(\d\d(?:\.\d+)?)/.exec(boundary)?.[1] ?? 0);
}

/** Infinity: never. An end without a zone is of the machine's clock; near enough to tell a past one. */
function endOf(trigger: XmlElement, host: Pick<Host, 'timezone' | 'zoneRoots'>): number {
  const text = textAt(trigger, 'EndBoundary');
  if (text === undefined) return Number.POSITIVE_INFINITY;
  if (/(?:Z|[+-]\d\d:\d\d)$/.test(text)) return Date.parse(text) / 1000;
  const wall = Date.parse(`${text}Z`) / 1000;
  return wall - hostZone(host, 'local').offsetAt(wall);
}

function endNote(trigger: XmlElement): string {
  return `It ends at ${textAt(trigger, 'EndBoundary')}; a job has no end.`;
}

function spanText(text: string): string {
  const seconds = readIsoDuration(text);
  return seconds === undefined ? text : printDuration(seconds * 1000);
}

function none(note: string): TaskWhen {
  return { trigger: null, notes: [note] };
}
