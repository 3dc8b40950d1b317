import { type ApplyInput, type Artifact, RotaError } from '@rota/core';
import { verifyTasks } from './list-tasks.ts';
import type { TaskSchedulerOptions } from './options.ts';
import type { LogonKind, TaskService, TaskStep } from './service/task-service.ts';
import { otherOwner, ownedByOther } from './task/other-owner.ts';
import { hasOpenLogon, hasOpenS4u, withOwnLogons, withOwnS4u } from './task/own-logons.ts';
import { ROOT_FOLDER, taskName } from './task/task-name.ts';
import { readXml } from './xml/read-xml.ts';
import { child, textAt, type XmlElement } from './xml/xml-element.ts';

/**
 * Makes a batch in one call of the service, all or nothing, and reads it back. A task is replaced, never deleted and made anew, so a run that is
 * going on goes on. Another user's task is neither replaced nor deleted. May be repeated.
 */
export async function applyTasks(
  service: TaskService,
  { namespace, changes, onProgress }: ApplyInput,
  options: TaskSchedulerOptions = {},
): Promise<void> {
  if (changes.length === 0) return;
  const folder = `${ROOT_FOLDER}\\${namespace}`;
  const others = await tasksOfOthers(service, folder, namespace, changes, options);
  const open = changes.some(
    ({ after }) => after !== null && [hasOpenLogon, hasOpenS4u].some((isOpen) => isOpen(contentOf(after))),
  );
  const sid = open ? (await service.account()).sid : '';
  const wanted = new Map<string, string | null>();
  const steps = changes.flatMap((change): readonly TaskStep[] => {
    const path = taskName(namespace, change);
    const xml = change.after === null ? null : withOwnS4u(withOwnLogons(contentOf(change.after), sid), sid);
    const owner = others.get(path);
    if (owner !== undefined && xml !== null) throw new RotaError('ROTA_APPLY_FAILED', `${ownedByOther(path, owner)}.`);
    if (owner !== undefined) return [];
    wanted.set(path, xml);
    return [xml === null ? { kind: 'delete', path } : { kind: 'register', path, xml, logon: logonOf(xml) }];
  });
  // What takes away comes last: nothing is lost when something cannot be added.
  steps.sort((a, b) => Number(a.kind === 'delete') - Number(b.kind === 'delete'));
  await service.change(steps);
  await verifyTasks(service, folder, wanted);
  onProgress?.(changes.length, changes.length);
}

/** The owners of tasks that stand where this batch would change something. What starts the program of our own artifact is ours, whoever applied it to this state. */
async function tasksOfOthers(
  service: TaskService,
  folder: string,
  namespace: string,
  changes: ApplyInput['changes'],
  options: TaskSchedulerOptions,
): Promise<ReadonlyMap<string, string>> {
  const standing = new Map((await service.read(folder)).map(({ path, xml }) => [path.toLowerCase(), readXml(xml)]));
  const strange = changes.flatMap((change) => {
    const path = taskName(namespace, change);
    const task = standing.get(path.toLowerCase());
    const known = [change.before, change.after].flatMap((one) => (one === null ? [] : [startedBy(readXml(contentOf(one)))]));
    return task === undefined || known.includes(startedBy(task)) ? [] : [{ path, task }];
  });
  if (strange.length === 0) return new Map();
  const me = await service.account();
  return new Map(
    strange.flatMap(({ path, task }) => {
      const owner = otherOwner(task, me, options);
      return owner === undefined ? [] : [[path, owner] as const];
    }),
  );
}

function startedBy(task: XmlElement): string {
  return ['Command', 'Arguments'].map((name) => textAt(task, 'Actions', 'Exec', name) ?? '').join('\n');
}

function contentOf(artifact: Artifact): string {
  return artifact.files[0]?.content ?? '';
}

function logonOf(xml: string): LogonKind {
  const principal = child(child(readXml(xml), 'Principals'), 'Principal');
  const type = textAt(principal, 'LogonType');
  return type === undefined ? 'service' : type === 'S4U' ? 's4u' : 'interactive';
}
