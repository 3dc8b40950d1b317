import type { ApplyInput, Artifact } from '@rota/core';
import { verifyTasks } from './list-tasks.ts';
import type { LogonKind, TaskService, TaskStep } from './service/task-service.ts';
import { ROOT_FOLDER, taskName } from './task/task-name.ts';
import { readXml } from './xml/read-xml.ts';
import { child, textAt } from './xml/xml-element.ts';

/**
 * Makes a batch in one call of the service, all or nothing, and reads it back. A task is replaced, never deleted and made anew, so a run that is
 * going on goes on. May be repeated.
 */
export async function applyTasks(service: TaskService, { namespace, changes, onProgress }: ApplyInput): Promise<void> {
  if (changes.length === 0) return;
  const wanted = new Map<string, string | null>();
  const steps = changes.map((change): TaskStep => {
    const path = taskName(namespace, change);
    const xml = change.after === null ? null : contentOf(change.after);
    wanted.set(path, xml);
    return xml === null ? { kind: 'delete', path } : { kind: 'register', path, xml, logon: logonOf(xml) };
  });
  // What takes away comes last: nothing is lost when something cannot be added.
  steps.sort((a, b) => Number(a.kind === 'delete') - Number(b.kind === 'delete'));
  await service.change(steps);
  await verifyTasks(service, `${ROOT_FOLDER}\\${namespace}`, wanted);
  onProgress?.(changes.length, changes.length);
}

function contentOf(artifact: Artifact): string {
  return artifact.files[0]?.content ?? '';
}

function logonOf(xml: string): LogonKind {
  const principal = child(child(readXml(xml), 'Principals'), 'Principal');
  const type = textAt(principal, 'LogonType');
  return type === undefined ? 'service' : type === 'S4U' ? 's4u' : 'interactive';
}
