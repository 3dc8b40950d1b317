import type { ForeignEntry, Host } from '@rota/core';
import type { TaskSchedulerOptions } from '../options.ts';
import type { TaskService } from '../service/task-service.ts';
import { readMarker } from '../task/marker.ts';
import { readXml } from '../xml/read-xml.ts';
import { textAt } from '../xml/xml-element.ts';
import { taskEntry } from './task-entry.ts';

/** Every task of this machine that is enabled and not Rota's. Those of Windows itself are read and never taken over. */
export async function inventoryTasks(
  service: TaskService,
  host: Host,
  options: TaskSchedulerOptions,
): Promise<readonly ForeignEntry[]> {
  const account = await service.account();
  const { entries, damaged } = await service.readAll();
  const readable = entries.flatMap((entry) => {
    const task = readXml(entry.xml);
    const ours = readMarker(textAt(task, 'RegistrationInfo', 'Source')) !== undefined;
    return ours || textAt(task, 'Settings', 'Enabled') === 'false' ? [] : [taskEntry(entry, { host, options, account })];
  });
  const others = damaged.map(
    ({ path, problem }): ForeignEntry => ({
      backend: 'taskscheduler',
      id: path,
      owner: '',
      text: '',
      name: path.slice(path.lastIndexOf('\\') + 1),
      notes: [`Windows cannot read it: ${problem}.`],
    }),
  );
  return [...readable, ...others];
}
