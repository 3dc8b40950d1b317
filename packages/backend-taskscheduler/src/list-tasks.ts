import { type Artifact, type Installed, type ListInput, RotaError } from '@rota/core';
import { compareTasks } from './drift/compare-tasks.ts';
import type { TaskSchedulerOptions } from './options.ts';
import type { TaskEntry, TaskService } from './service/task-service.ts';
import { readMarker } from './task/marker.ts';
import { otherOwner, ownedByOther } from './task/other-owner.ts';
import { ROOT_FOLDER } from './task/task-name.ts';
import { readXml } from './xml/read-xml.ts';
import { textAt } from './xml/xml-element.ts';

/** Rota's tasks of a namespace, each compared in meaning with what the last generation rendered. */
export async function listTasks(
  service: TaskService,
  { namespace, expected }: ListInput,
  options: TaskSchedulerOptions = {},
): Promise<readonly Installed[]> {
  const folder = `${ROOT_FOLDER}\\${namespace}`;
  const entries = (await service.read(folder)).flatMap((entry) => {
    // <folder>\<tenant>\<job>: what lies deeper or higher was put there by somebody else.
    const parts = entry.path.slice(folder.length + 1).split('\\');
    const [tenant, name] = parts;
    if (parts.length !== 2 || tenant === undefined || name === undefined) return [];
    return [{ entry, known: describe(entry, namespace, tenant, name, expected.get(`${tenant}/${name}`)) }];
  });
  const isUnknown = ({ tenant, name, digest }: Installed): boolean => digest !== undefined && !expected.has(`${tenant}/${name}`);
  if (!entries.some(({ known }) => isUnknown(known))) return entries.map(({ known }) => known);
  const me = await service.account();
  return entries.map(({ entry: { path, xml }, known }) => {
    const owner = isUnknown(known) ? otherOwner(readXml(xml), me, options) : undefined;
    if (owner === undefined) return known;
    return { ...known, digest: undefined, drift: [{ kind: 'foreign', detail: ownedByOther(path, owner) }] };
  });
}

function describe(entry: TaskEntry, namespace: string, tenant: string, name: string, expected: Artifact | undefined): Installed {
  const task = readXml(entry.xml);
  const marker = readMarker(textAt(task, 'RegistrationInfo', 'Source'));
  const active = textAt(task, 'Settings', 'Enabled') !== 'false';
  const ours = marker?.namespace === namespace && marker.tenant === tenant && marker.name === name;
  const wanted = expected?.files[0]?.content;
  if (!ours && wanted === undefined) {
    return { tenant, name, digest: undefined, active, drift: [{ kind: 'foreign', detail: `${entry.path} has no mark of Rota` }] };
  }
  const drift = wanted === undefined ? [] : compareTasks(wanted, entry.xml);
  return { tenant, name, digest: ours ? marker.digest : undefined, active, drift };
}

/**
 * Reads back what a batch should have made.
 * @throws ROTA_APPLY_FAILED naming the first task that stands otherwise
 */
export async function verifyTasks(
  service: TaskService,
  folder: string,
  wanted: ReadonlyMap<string, string | null>,
): Promise<void> {
  const found = new Map((await service.read(folder)).map(({ path, xml }) => [path.toLowerCase(), xml]));
  for (const [path, xml] of wanted) {
    const actual = found.get(path.toLowerCase());
    const problem =
      xml === null
        ? actual === undefined
          ? undefined
          : 'it is still there'
        : actual === undefined
          ? 'it is not there'
          : compareTasks(xml, actual)[0]?.detail;
    if (problem !== undefined) throw new RotaError('ROTA_APPLY_FAILED', `${path} did not become what was asked: ${problem}.`);
  }
}
