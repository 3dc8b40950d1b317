import type { Capabilities } from '@rota/core';

const windows = 'Task Scheduler has no such limit';

/**
 * What Task Scheduler does by itself, as Microsoft documents it. History is not among it: it keeps the last result, no list of runs, and a task has
 * no place for output. Every job has both, so every job here is started through the runner.
 */
export const capabilities = {
  native: [
    'schedule',
    'timezone',
    'boot',
    'login',
    /** StartWhenAvailable: one start for what was missed, as soon as the machine can. */
    'persistent',
    /** RandomDelay of a trigger. */
    'randomizedDelay',
    /** Starts are to the second; what may be later is never earlier than asked. */
    'accuracy',
    'workingDir',
    /** ExecutionTimeLimit. */
    'timeout',
    /** MultipleInstancesPolicy IgnoreNew and Parallel. Its Queue keeps every start, ours one; its StopExisting leaves children behind. */
    'concurrency.forbid',
    'concurrency.allow',
    /** DisallowStartIfOnBatteries. */
    'requires.power',
    'paused',
    /** By priority class. */
    'resources.nice',
  ],
  refused: {
    'requires.units': "units are systemd's; `requires.commands` and `requires.files` work here",
    'resources.memoryMax': windows,
    'resources.memoryHigh': windows,
    'resources.cpuQuota': windows,
    'resources.cpuWeight': windows,
    'resources.ioWeight': windows,
    'resources.tasksMax': windows,
    'resources.ioClass': windows,
    'sandbox.privateTmp': 'Windows has no such sandbox',
    'sandbox.protectSystem': 'Windows has no such sandbox',
    'sandbox.noNewPrivileges': 'a task has the rights of its account; LeastPrivilege is the default',
    'sandbox.readWritePaths': 'Windows has no such sandbox',
  },
  alwaysRunner: false,
} as const satisfies Capabilities;
