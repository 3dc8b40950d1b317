import type { CompileInput } from '@rota/core';
import type { TaskSchedulerOptions } from '../options.ts';
import { node, writeXml } from '../xml/write-xml.ts';
import { printMarker } from './marker.ts';
import { actionXml, type TaskAction } from './task-action.ts';
import { taskName } from './task-name.ts';
import { principalsXml } from './task-principal.ts';
import { settingsXml } from './task-settings.ts';
import type { Trigger } from './trigger.ts';
import { triggerXml } from './trigger-xml.ts';

export const TASK_NAMESPACE = 'http://schemas.microsoft.com/windows/2004/02/mit/task';

/** The whole task as text, version 1.4 (Windows 10, Server 2016). No date, no machine and no default: the same input gives the same text. */
export function taskXml(
  input: CompileInput,
  options: TaskSchedulerOptions,
  triggers: readonly Trigger[],
  action: TaskAction,
  digest: string,
): string {
  const { namespace, job, lowering } = input;
  const randomDelayMs = lowering.features.randomizedDelay === 'native' ? job.randomizedDelayMs : undefined;
  return writeXml(
    node(
      'Task',
      [
        node('RegistrationInfo', [
          node('Source', printMarker({ namespace, tenant: job.tenant, name: job.name, digest })),
          node('Author', 'Rota'),
          node(
            'Description',
            `Job ${job.tenant}/${job.name} of the namespace ${namespace}. Declared elsewhere: changes made here are undone by the next repair.`,
          ),
          node('URI', taskName(namespace, job)),
        ]),
        node(
          'Triggers',
          triggers.map((trigger) => triggerXml(trigger, { randomDelayMs, userId: options.userId })),
        ),
        principalsXml(options),
        settingsXml(job, lowering, options),
        actionXml(action),
      ],
      { version: '1.4', xmlns: TASK_NAMESPACE },
    ),
  );
}
