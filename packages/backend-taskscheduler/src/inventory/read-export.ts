import { win32 } from 'node:path';
import { type ForeignEntry, type Host, RotaError } from '@rota/core';
import type { TaskSchedulerOptions } from '../options.ts';
import { readMarker } from '../task/marker.ts';
import { decodeTaskXml } from '../xml/encode-task-xml.ts';
import { readXml } from '../xml/read-xml.ts';
import { splitTasks } from '../xml/split-tasks.ts';
import { textAt } from '../xml/xml-element.ts';
import { taskEntry } from './task-entry.ts';

/**
 * The tasks of a file that `Export-ScheduledTask`, `schtasks /query /xml` or the window of Task Scheduler wrote. The zone is the host's.
 * @throws ROTA_TASK_XML
 */
export function readExport(
  host: Host,
  { file, bytes }: { readonly file: string; readonly bytes: Uint8Array },
  options: TaskSchedulerOptions,
): readonly ForeignEntry[] {
  // Both kinds of separators: the file may have come from Windows.
  const name = win32.basename(file).replace(/\.xml$/i, '');
  const tasks = splitTasks(decodeTaskXml(bytes), `\\${name}`);
  if (tasks.length === 0) throw new RotaError('ROTA_TASK_XML', 'There is no task in it.');
  return tasks.flatMap((one): readonly ForeignEntry[] => {
    const task = readXml(one.xml);
    if (readMarker(textAt(task, 'RegistrationInfo', 'Source')) !== undefined) return [];
    const { identity, ...entry } = taskEntry(one, { host, options });
    const disabled = textAt(task, 'Settings', 'Enabled') === 'false';
    const reason = entry.notAdoptable ?? (disabled ? 'It is disabled: nothing starts it.' : undefined);
    return [
      {
        ...entry,
        ...(reason === undefined ? {} : { notAdoptable: reason }),
        ...(identity === undefined || disabled ? {} : { identity }),
      },
    ];
  });
}
