import type { CompileInput, Finding } from '@rota/core';
import type { TaskSchedulerOptions } from './options.ts';
import { inProfile, outsideProfile } from './task/in-profile.ts';
import type { Trigger } from './task/trigger.ts';

/** What a person should know of a task before it is installed: what its account and its conditions can and cannot do, one finding each. Pure. */
export function statements(input: CompileInput, options: TaskSchedulerOptions, triggers: readonly Trigger[]): readonly Finding[] {
  const { job, lowering } = input;
  const repeats = triggers.some((trigger) => trigger.kind === 'calendar' && trigger.times.count > 1);
  const said: readonly (readonly [when: boolean, message: string, remedy?: string])[] = [
    [
      !lowering.runner,
      'Task Scheduler starts it without the runner: its output is not kept, and of its runs only the last one is known.',
    ],
    [
      repeats,
      'where a repetition has begun when the task is registered, Windows may wait for its next beginning (oven-sh/bun#34195).',
    ],
    [job.trigger.kind === 'boot', 'a task that starts at boot can be registered by an elevated process only.', elevate],
    ...accountStatements(options),
    [
      options.highestRunLevel === true,
      'it runs with the highest rights of its account, which needs elevation to register.',
      elevate,
    ],
    [
      options.highestRunLevel === true && lowering.runner && inProfile(input),
      `every program of this user can change what it starts with these rights: ${input.launcher} lies in the user's own folder.`,
      outsideProfile,
    ],
    [
      (options.account === 'localService' || options.account === 'networkService') && job.workingDir === undefined,
      `it begins in ${input.home}, which ${options.account} may not enter.`,
      'Give the job a `workingDir`.',
    ],
    ...conditionStatements(options),
  ];
  return said.flatMap(([when, message, remedy]): readonly Finding[] =>
    when
      ? [{ severity: 'warning', message: `${job.tenant}/${job.name}: ${message}`, ...(remedy === undefined ? {} : { remedy }) }]
      : [],
  );
}

const elevate = 'Run the apply as administrator.';

/** The default, `interactive`, is told once for the backend: `detect`. */
function accountStatements({ account = 'interactive' }: TaskSchedulerOptions): readonly (readonly [boolean, string, string?])[] {
  const service = account !== 'interactive' && account !== 's4u';
  return [
    [
      account === 's4u',
      'as S4U it runs whether or not the user is logged on, without desktop, network credentials and encrypted files; Windows may let only an elevated process register it.',
      elevate,
    ],
    [service, `it runs as ${account}, which needs elevation to register and has none of the user's files and settings.`, elevate],
    // Microsoft, "What's New in Task Scheduler", Windows 10.
    [account !== 'interactive', 'while battery saver is on, Windows puts its starts off until it is off again.'],
  ];
}

function conditionStatements(options: TaskSchedulerOptions): readonly (readonly [boolean, string, string?])[] {
  const {
    startOnBattery = true,
    stopOnBattery = false,
    wakeToRun = false,
    onlyWithNetwork = false,
    onlyWhenIdle = false,
  } = options;
  return [
    [
      !startOnBattery,
      'on battery it does not start; with `persistent` it does when there is power again, without it that start is lost.',
    ],
    [stopOnBattery, 'a run is ended when the machine goes on battery.'],
    [wakeToRun, 'it wakes the machine, where the power plan allows wake timers.', 'powercfg /waketimers'],
    [onlyWithNetwork, 'it does not start while Windows sees no network.'],
    [
      onlyWhenIdle,
      'it starts only while the machine is idle; a start that finds none in time is lost, and battery saver puts it off.',
    ],
  ];
}
