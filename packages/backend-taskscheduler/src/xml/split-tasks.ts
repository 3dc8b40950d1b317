import type { TaskEntry } from '../service/task-service.ts';
import { readXml } from './read-xml.ts';
import { textAt } from './xml-element.ts';

/**
 * The tasks of what `schtasks /query /xml [ONE]` prints: one document for all, or one for each. A task's name stands in its URI, or in a comment before
 * it; one that has neither is called `unnamed`, or left out.
 */
export function splitTasks(output: string, unnamed?: string): readonly TaskEntry[] {
  const tasks = output.matchAll(
    /(?:<!--\s*(\\[^\r\n]*?)\s*-->\s*)?(?:<\?xml[^>]*\?>\s*)?(?:<!--\s*(\\[^\r\n]*?)\s*-->\s*)?(<Task[\s>][\s\S]*?<\/Task>)/g,
  );
  return [...tasks].flatMap(([, before, after, xml = '']) => {
    const path = before ?? after ?? textAt(readXml(xml), 'RegistrationInfo', 'URI') ?? unnamed;
    return path === undefined ? [] : [{ path, xml }];
  });
}
