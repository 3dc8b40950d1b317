import type { ForeignReading } from '@rota/core';
import type { TaskSchedulerOptions } from '../options.ts';
import { readIsoDuration } from '../task/iso-duration.ts';
import { child, textAt, type XmlElement } from '../xml/xml-element.ts';

export type TaskLimits = Pick<ForeignReading, 'persistent' | 'timeoutMs' | 'concurrency' | 'requires' | 'resources'>;

/** Settings of a task in the words of a job, and what a job installed with these options would do otherwise. */
export function readSettings(
  task: XmlElement,
  options: TaskSchedulerOptions,
): { readonly limits: TaskLimits; readonly notes: readonly string[] } {
  const settings = child(task, 'Settings');
  const flag = (name: string, otherwise: boolean): boolean => (textAt(settings, name)?.trim() ?? String(otherwise)) === 'true';
  const limit = textAt(settings, 'ExecutionTimeLimit')?.trim() ?? 'PT72H';
  const seconds = readIsoDuration(limit);
  const priority = Number(textAt(settings, 'Priority') ?? 7);
  const nice = niceOf(priority);
  const concurrency = policies[textAt(settings, 'MultipleInstancesPolicy')?.trim() ?? 'IgnoreNew'];
  const onAc = flag('DisallowStartIfOnBatteries', true);
  const network = flag('RunOnlyIfNetworkAvailable', false);
  const restart = child(settings, 'RestartOnFailure');
  const notes = [
    ...(seconds === undefined ? [`ExecutionTimeLimit ${limit} cannot be read; the job has no time limit.`] : []),
    ...optional('StopIfGoingOnBatteries', flag('StopIfGoingOnBatteries', true), options.stopOnBattery, 'stopOnBattery'),
    ...optional('WakeToRun', flag('WakeToRun', false), options.wakeToRun, 'wakeToRun'),
    ...optional('RunOnlyIfIdle', flag('RunOnlyIfIdle', false), options.onlyWhenIdle, 'onlyWhenIdle'),
    ...optional('Hidden', flag('Hidden', false), options.hidden, 'hidden'),
    ...(flag('AllowStartOnDemand', true) ? [] : ['`AllowStartOnDemand` is false; a job can always be started by hand.']),
    ...(flag('AllowHardTerminate', true) ? [] : ['`AllowHardTerminate` is false; a job that does not end in time is killed.']),
    ...(flag('DisallowStartOnRemoteAppSession', false) ? ['`DisallowStartOnRemoteAppSession` is not carried over.'] : []),
    ...(restart === undefined
      ? []
      : [
          `RestartOnFailure (${textAt(restart, 'Count')} times, every ${textAt(restart, 'Interval')}) is not carried over: Windows restarts what could not be started, \`retry\` what failed.`,
        ]),
    ...(concurrency === 'queue' ? ['Windows queues every start that comes while it runs, the job one.'] : []),
    ...(network && child(settings, 'NetworkSettings') !== undefined ? ['It asks for a certain network; the job for any.'] : []),
    ...(nice.exact ? [] : [`Priority ${priority} becomes ${nice.becomes}.`]),
    ...(flag('RunOnlyIfIdle', false) && flagAt(settings, 'StopOnIdleEnd', true)
      ? ['`StopOnIdleEnd`: Windows ends it when the machine is in use again; the job goes on.']
      : []),
    ...(settings?.children ?? []).flatMap(({ name }) =>
      known.has(name) ? [] : [`The setting \`${name}\` is not carried over.`],
    ),
  ];
  return {
    limits: {
      ...(flag('StartWhenAvailable', false) ? { persistent: true } : {}),
      ...(seconds === undefined || seconds === 0 ? {} : { timeoutMs: seconds * 1000 }),
      ...(concurrency === undefined || concurrency === 'forbid' ? {} : { concurrency }),
      ...(onAc || network
        ? { requires: { ...(network ? { network: { waitMs: 0 } } : {}), ...(onAc ? { power: 'ac' as const } : {}) } }
        : {}),
      ...(nice.value === undefined ? {} : { resources: { nice: nice.value } }),
    },
    notes,
  };
}

const policies: Readonly<Record<string, ForeignReading['concurrency']>> = {
  IgnoreNew: 'forbid',
  Parallel: 'allow',
  Queue: 'queue',
  StopExisting: 'replace',
};

/** What is read above, and what says nothing of what runs when. */
const known = new Set([
  ...['ExecutionTimeLimit', 'Priority', 'MultipleInstancesPolicy', 'DisallowStartIfOnBatteries', 'StopIfGoingOnBatteries'],
  ...[
    'StartWhenAvailable',
    'RunOnlyIfNetworkAvailable',
    'NetworkSettings',
    'NetworkProfileName',
    'WakeToRun',
    'RunOnlyIfIdle',
    'IdleSettings',
  ],
  ...['Hidden', 'AllowStartOnDemand', 'AllowHardTerminate', 'DisallowStartOnRemoteAppSession', 'RestartOnFailure', 'Enabled'],
  'UseUnifiedSchedulingEngine',
]);

function optional(setting: string, on: boolean, given: boolean | undefined, option: string): readonly string[] {
  return on === (given ?? false) ? [] : [`\`${setting}\` is ${on}; for jobs the backend's option \`${option}\` says it.`];
}

function flagAt(settings: XmlElement | undefined, name: string, otherwise: boolean): boolean {
  return (textAt(settings, 'IdleSettings', name)?.trim() ?? String(otherwise)) === 'true';
}

/** The nice value that gives this priority, or the nearest. Each stands for a priority class. */
function niceOf(priority: number): { readonly value?: number; readonly exact: boolean; readonly becomes: number } {
  if (priority >= 9) return { value: 19, exact: priority === 9, becomes: 9 };
  if (priority >= 7) return { value: 10, exact: priority === 7, becomes: 7 };
  if (priority >= 4) return { exact: priority === 5, becomes: 5 };
  return { value: -5, exact: priority === 3, becomes: 3 };
}
