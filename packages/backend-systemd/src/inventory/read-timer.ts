import { comparisonNote, type ForeignReading, type Host, hostZone, isRotaError } from '@rota/core';
import type { CalendarLine } from '../on-calendar/calendar-line.ts';
import { calendarToCron } from './calendar-to-cron.ts';
import { readCalendar } from './read-calendar.ts';
import { readSpan } from './read-span.ts';

/** What a manager says of a timer: `OnCalendar` in normal form, and the monotonic triggers such as `OnBootUSec=5min`. */
export interface TimerFacts {
  readonly calendar: readonly string[];
  readonly monotonic: readonly string[];
  readonly persistent: boolean;
  readonly randomizedDelay: string | undefined;
}

export interface ReadTimer extends Pick<ForeignReading, 'trigger' | 'persistent' | 'randomizedDelayMs'> {
  readonly notes: readonly string[];
}

/** When a timer starts its service, in our words. */
export function readTimer(facts: TimerFacts, host: Host): ReadTimer {
  const { calendar, monotonic } = facts;
  const delay = readSpan(facts.randomizedDelay);
  const common = { ...(delay === undefined ? {} : { randomizedDelayMs: delay }) };
  if (calendar.length > 0 && monotonic.length > 0)
    return { trigger: null, notes: [`It also has \`${monotonic.join(' ')}\`; a job has a schedule or an event, not both.`] };
  if (calendar.length === 0) return { ...common, ...readMonotonic(monotonic) };
  const lines: CalendarLine[] = [];
  for (const text of calendar) {
    const line = readCalendar(text, host.timezone);
    if (typeof line === 'string') return { trigger: null, notes: [line] };
    lines.push(line);
  }
  try {
    const found = calendarToCron(lines, (name) => hostZone(host, name), Math.floor(host.now() / 1000));
    if (found === undefined)
      return {
        trigger: null,
        notes: [`No cron expression fires as ${calendar.map((text) => `\`OnCalendar=${text}\``).join(' and ')} does.`],
      };
    const { expression, timezone, comparison } = found;
    const note = comparisonNote(comparison, 'systemd');
    return {
      ...common,
      trigger: { kind: 'schedule', expression, timezone },
      ...(facts.persistent ? { persistent: true } : {}),
      notes: note === undefined ? [] : [note],
    };
  } catch (error) {
    if (!isRotaError(error) || error.code === 'ROTA_INTERNAL') throw error;
    return { trigger: null, notes: [error.message] };
  }
}

function readMonotonic(monotonic: readonly string[]): ReadTimer {
  const [only, ...more] = monotonic;
  if (only === undefined) return { trigger: null, notes: ['It names no time.'] };
  const [, kind, span] = /^(\w+?)(?:USec|Sec)?=(.*)$/.exec(only) ?? [];
  if (more.length > 0 || (kind !== 'OnBoot' && kind !== 'OnStartup'))
    return { trigger: null, notes: [`\`${monotonic.join(' ')}\` counts from something that ran; a job has times or events.`] };
  const delay = readSpan(span);
  return {
    trigger: { kind: 'boot' },
    notes: delay === undefined ? [] : [`It waits ${span} after the start; the job starts at once.`],
  };
}
