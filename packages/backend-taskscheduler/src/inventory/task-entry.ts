import type { ForeignEntry, Host } from '@rota/core';
import type { TaskSchedulerOptions } from '../options.ts';
import type { TaskAccount, TaskEntry } from '../service/task-service.ts';
import { readXml } from '../xml/read-xml.ts';
import { child, textAt } from '../xml/xml-element.ts';
import { otherAccount, principalNotes } from './read-principal.ts';
import { readProgram } from './read-program.ts';
import { readSettings } from './read-settings.ts';
import { readWhen } from './read-when.ts';
import { taskDigest } from './task-digest.ts';

export interface TaskEntryContext {
  readonly host: Host;
  readonly options: TaskSchedulerOptions;
  /** Who asks for the tasks of this machine; absent: the task stands in a file, and may be of another. */
  readonly account?: TaskAccount;
}

/** A task that is not Rota's, with what a job made from it would do and lack. */
export function taskEntry({ path, xml }: TaskEntry, { host, options, account }: TaskEntryContext): ForeignEntry {
  const task = readXml(xml);
  const principal = child(child(task, 'Principals'), 'Principal');
  const owner = textAt(principal, 'UserId') ?? textAt(principal, 'GroupId') ?? textAt(task, 'RegistrationInfo', 'Author') ?? '';
  const description = textAt(task, 'RegistrationInfo', 'Description')?.trim() ?? '';
  const { limits, notes } = readSettings(task, options);
  const { notes: whenNotes, ...when } = readWhen(task, host, limits.concurrency === 'allow');
  const { program, notes: programNotes } = readProgram(task, host, account !== undefined);
  const { persistent, ...others } = limits;
  const readable = !xml.includes('\ufffd') && !path.includes('\ufffd');
  const scheduled = when.trigger?.kind === 'schedule';
  const reason = whyNotAdoptable(path, otherAccount(task, account));
  return {
    backend: 'taskscheduler',
    id: path,
    owner,
    text: xml,
    name: path.slice(path.lastIndexOf('\\') + 1),
    ...(description === '' || description.startsWith('$(@') ? {} : { description }),
    ...(program === undefined || !readable
      ? {}
      : { reading: { ...program, ...when, ...others, ...(persistent && scheduled ? { persistent } : {}) } }),
    notes: [
      ...(readable
        ? []
        : [
            'Its text came in a code page that has not all its letters: export it with Export-ScheduledTask, or allow PowerShell.',
          ]),
      ...whenNotes,
      ...programNotes,
      ...notes,
      ...principalNotes(task, options),
    ],
    ...(reason === undefined ? {} : { notAdoptable: reason }),
    ...(readable && reason === undefined && program !== undefined && when.trigger !== null
      ? { identity: { key: path, digest: taskDigest(path, xml) } }
      : {}),
  };
}

function whyNotAdoptable(path: string, account: string | undefined): string | undefined {
  if (/^\\Microsoft\\/i.test(path)) return 'It belongs to Windows.';
  return account === undefined
    ? undefined
    : `It runs as ${account}, not as the current user: leave it to them, or to an administrator.`;
}
