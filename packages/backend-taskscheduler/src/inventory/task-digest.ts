import { createHash } from 'node:crypto';
import { meaningOf } from '../drift/meaning.ts';
import { readXml } from '../xml/read-xml.ts';

/** Of what a task means, wherever it was exported and whether it is enabled or not: another one means that somebody edited it. */
export function taskDigest(path: string, xml: string): string {
  const meaning = [...meaningOf(readXml(xml))]
    .filter(([place]) => place !== 'Task/Settings/Enabled')
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([path.toLowerCase(), meaning]))
    .digest('hex')
    .slice(0, 16);
}
