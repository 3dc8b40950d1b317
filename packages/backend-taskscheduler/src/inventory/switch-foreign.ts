import { type ForeignSwitch, type Host, RotaError, type SwitchForeignInput } from '@rota/core';
import { openService } from '../service/open-service.ts';
import type { TaskEntry, TaskService, TaskStep } from '../service/task-service.ts';
import { readXml } from '../xml/read-xml.ts';
import { textAt } from '../xml/xml-element.ts';
import { taskDigest } from './task-digest.ts';

/** Disables tasks of the user, or enables them again, in one batch. Nothing else of them changes, and a run that goes on goes on. */
export async function switchForeign(host: Host, { switches }: SwitchForeignInput): Promise<void> {
  if (switches.length === 0) return;
  const service = await openService(host);
  const there = await readAll(service);
  for (const one of switches) checkUnchanged(one, there.get(one.original.key.toLowerCase()));
  const steps = switches.flatMap(({ original, to }): readonly TaskStep[] => {
    const entry = there.get(original.key.toLowerCase());
    return entry === undefined || isOn(entry) === (to === 'on')
      ? []
      : [{ kind: to === 'on' ? 'enable' : 'disable', path: entry.path }];
  });
  if (steps.length === 0) return;
  await service.change(steps);
  const now = await readAll(service);
  const wrong = steps.find(({ kind, path }) => {
    const entry = now.get(path.toLowerCase());
    return entry !== undefined && isOn(entry) !== (kind === 'enable');
  });
  if (wrong !== undefined) throw new RotaError('ROTA_APPLY_FAILED', `${wrong.path} was to be ${wrong.kind}d, and is not.`);
}

function checkUnchanged({ original, to, mustExist }: ForeignSwitch, entry: TaskEntry | undefined): void {
  if (to === 'on' || !mustExist) return;
  if (entry !== undefined && taskDigest(entry.path, entry.xml) === original.digest) return;
  throw new RotaError(
    'ROTA_ADOPT_CHANGED',
    `${original.key} is ${entry === undefined ? 'not there any more' : 'not what was imported'}.`,
    {
      suggestions: ['Import it again: rota import'],
    },
  );
}

async function readAll(service: TaskService): Promise<ReadonlyMap<string, TaskEntry>> {
  return new Map((await service.readAll()).entries.map((entry) => [entry.path.toLowerCase(), entry]));
}

function isOn({ xml }: TaskEntry): boolean {
  return textAt(readXml(xml), 'Settings', 'Enabled') !== 'false';
}
