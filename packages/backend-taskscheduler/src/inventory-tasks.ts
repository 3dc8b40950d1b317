import type { ForeignEntry } from '@rota/core';
import type { TaskService } from './service/task-service.ts';
import { readMarker } from './task/marker.ts';
import { readXml } from './xml/read-xml.ts';
import { child, textAt } from './xml/xml-element.ts';

/** Every task that is not Rota's, with its XML. Those of Windows itself are named but never taken over. */
export async function inventoryTasks(service: TaskService): Promise<readonly ForeignEntry[]> {
  return (await service.read('\\')).flatMap(({ path, xml }) => {
    const task = readXml(xml);
    if (readMarker(textAt(task, 'RegistrationInfo', 'Source')) !== undefined) return [];
    const principal = child(child(task, 'Principals'), 'Principal');
    const owner = textAt(principal, 'UserId') ?? textAt(principal, 'GroupId') ?? textAt(task, 'RegistrationInfo', 'Author') ?? '';
    const windows = path.startsWith('\\Microsoft\\');
    return [
      {
        backend: 'taskscheduler',
        id: path,
        owner,
        text: xml,
        notes: ['Tasks of Windows are listed only, they cannot be turned into jobs yet: declare it by hand.'],
        ...(windows ? { notAdoptable: 'it belongs to Windows' } : {}),
      },
    ];
  });
}
