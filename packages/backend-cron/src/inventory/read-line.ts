import { defineSchedule, type ForeignReading, type Host, hostZone, nextFire } from '@rota/core';
import { fromBytesText } from '../crontab-text/bytes-text.ts';
import type { CronDialect } from '../dialect.ts';
import { type ForeignLine, splitTimes } from './foreign-lines.ts';
import { readCommand, withInput } from './read-command.ts';
import { readSchedule } from './read-schedule.ts';

export interface ReadLine {
  /** Of a system table: whose the line is. */
  readonly user?: string;
  readonly reading?: ForeignReading;
  readonly notes: readonly string[];
}

/** Settings that speak to cron itself; `LOGNAME` and `USER` it sets whatever they say. */
const cronsOwn = new Set([
  'MAILTO',
  'MAILFROM',
  'CRON_TZ',
  'RANDOM_DELAY',
  'CONTENT_TYPE',
  'CONTENT_TRANSFER_ENCODING',
  'LOGNAME',
  'USER',
]);

/** What a line means to the daemon that reads it. `system`: a user name follows the times, as in /etc/crontab. */
export function readLine(line: ForeignLine, dialect: CronDialect, host: Host, system = false): ReadLine {
  const split = splitTimes(fromBytesText(line.raw));
  if (split === undefined) return { notes: ['It is not a line that cron understands.'] };
  const [, user, afterUser] = system ? (/^([^ \t]+)[ \t]+(.+)$/s.exec(split.rest) ?? []) : [];
  if (system && (user === undefined || afterUser === undefined)) return { notes: ['It is not a line that cron understands.'] };
  const schedule = readSchedule(split.times, line.settings, dialect, host);
  const { command, shell } = readProgram(afterUser ?? split.rest, line.settings.get('SHELL'), dialect);
  const delay = dialect === 'cronie' ? Number(line.settings.get('RANDOM_DELAY') ?? 0) : 0;
  const env = environmentOf(line.settings, dialect);
  const home = line.settings.get('HOME');
  return {
    ...(user === undefined ? {} : { user }),
    reading: {
      trigger: schedule.trigger,
      command,
      shell,
      env: env.values,
      ...(home === undefined ? {} : { workingDir: home }),
      ...(delay > 0 ? { randomizedDelayMs: delay * 60_000 } : {}),
    },
    notes: [
      ...schedule.notes,
      ...env.notes,
      ...mailNote(line.settings.get('MAILTO')),
      ...overlapNote(schedule.trigger, host),
      ...conditionNote(command),
      ...carriageReturnNote(line),
    ],
  };
}

function readProgram(rest: string, shell: string | undefined, dialect: CronDialect): Pick<ForeignReading, 'command' | 'shell'> {
  const text = withInput(readCommand(rest, dialect));
  return shell === undefined || shell === '/bin/sh'
    ? { command: [text], shell: true }
    : { command: [shell, '-c', text], shell: false };
}

function environmentOf(
  settings: ReadonlyMap<string, string>,
  dialect: CronDialect,
): { readonly values: Readonly<Record<string, string>>; readonly notes: readonly string[] } {
  // Rota would give its own search path, in which other programs may come first. Debian's and cronie's own: entries.c, _PATH_DEFPATH.
  const values: Record<string, string> = dialect === 'busybox' ? {} : { PATH: '/usr/bin:/bin' };
  const notes: string[] = [];
  for (const [name, value] of settings) {
    // A program may look at what Debian only hands on.
    if (cronsOwn.has(name) && !(name === 'CRON_TZ' && dialect === 'debian')) continue;
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) values[name] = value;
    else notes.push(`The setting \`${name}=${value}\` cannot be carried over: a variable has another kind of name.`);
  }
  return { values, notes };
}

function mailNote(mailTo: string | undefined): readonly string[] {
  if (mailTo === undefined || mailTo === '') return [];
  return [`cron mails its output to ${mailTo}. Rota keeps the output (rota logs); \`alerts\` can tell somebody of failures.`];
}

/** Only where it may matter. */
function overlapNote(trigger: ForeignReading['trigger'], host: Host): readonly string[] {
  if (trigger?.kind !== 'schedule') return [];
  const schedule = defineSchedule(trigger.expression, hostZone(host, trigger.timezone));
  const first = nextFire(schedule, Math.floor(host.now() / 1000));
  const second = first === null ? null : nextFire(schedule, first);
  if (first === null || second === null || second - first >= 3600) return [];
  return ['cron starts a second run while one still goes on; the job skips it (`concurrency: forbid`).'];
}

/** `[ $(date +%u) -eq 1 ] && report`: the way to say the first Monday in a crontab. cron looks at no exit status. */
function conditionNote(command: ForeignReading['command']): readonly string[] {
  if (!/^\s*(\[{1,2}|test)\s.*?&&/s.test(command.at(-1) ?? '')) return [];
  return ['Where its condition does not hold it ends with 1, a failure; `if CONDITION; then COMMAND; fi` ends with 0.'];
}

function carriageReturnNote({ raw }: ForeignLine): readonly string[] {
  return raw.endsWith('\r') ? ['The line ends in a carriage return, which is part of the command, as in cron.'] : [];
}
