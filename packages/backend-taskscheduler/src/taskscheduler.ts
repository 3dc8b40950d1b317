import { type Backend, defineBackend } from '@rota/core';
import { applyTasks } from './apply-tasks.ts';
import { capabilities } from './capabilities.ts';
import { compile } from './compile.ts';
import { detect, dialect } from './detect.ts';
import { inventoryTasks } from './inventory/inventory-tasks.ts';
import { readExport } from './inventory/read-export.ts';
import { switchForeign } from './inventory/switch-foreign.ts';
import { listTasks } from './list-tasks.ts';
import { nativeStates } from './native-states.ts';
import type { TaskSchedulerOptions } from './options.ts';
import { openService } from './service/open-service.ts';
import { taskName } from './task/task-name.ts';

/**
 * Windows Task Scheduler as a backend.
 *
 * @example
 * import { taskscheduler } from '@rota/backend-taskscheduler';
 * const backend = taskscheduler({ account: 's4u' });
 */
export function taskscheduler(options: TaskSchedulerOptions = {}): Backend {
  return defineBackend({
    name: 'taskscheduler',
    apiVersion: 1,
    platform: 'win32',
    dialects: [dialect],
    capabilities: () => capabilities,
    detect: (host) => detect(host, options),
    compile: (input) => compile(input, options),
    list: async (host, input) => listTasks(await openService(host), input, options),
    apply: async (host, input) => applyTasks(await openService(host), input, options),
    inventory: async (host) => inventoryTasks(await openService(host), host, options),
    readExport: (host, exported) => readExport(host, exported, options),
    switchForeign,
    startCommand: (namespace, job) => ['schtasks.exe', '/run', '/tn', taskName(namespace, job)],
    state: async (host, namespace, jobs) => nativeStates(await openService(host), namespace, jobs),
  } satisfies Backend);
}
