import type { Job, Lowering } from '@rota/core';
import type { TaskSchedulerOptions } from '../options.ts';
import { node, type XmlNode } from '../xml/write-xml.ts';
import { isoDuration } from './iso-duration.ts';

/** Every setting, in the order of the schema's list: what is left out would be decided by Windows (72 hours, no start on battery, priority 7). */
export function settingsXml(job: Job, lowering: Lowering, options: TaskSchedulerOptions): XmlNode {
  const native = (feature: keyof Lowering['features']): boolean => lowering.features[feature] === 'native';
  // Also where the runner starts the process: it cannot tell on Windows.
  const onAc = job.requires.power === 'ac';
  const flag = (name: string, value: boolean): XmlNode => node(name, String(value));
  return node('Settings', [
    flag('AllowStartOnDemand', true),
    node('MultipleInstancesPolicy', native('concurrency.forbid') && !lowering.runner ? 'IgnoreNew' : 'Parallel'),
    flag('DisallowStartIfOnBatteries', onAc || options.startOnBattery === false),
    flag('StopIfGoingOnBatteries', options.stopOnBattery ?? false),
    flag('AllowHardTerminate', true),
    flag('StartWhenAvailable', native('persistent') && job.persistent),
    flag('RunOnlyIfNetworkAvailable', options.onlyWithNetwork ?? false),
    flag('WakeToRun', options.wakeToRun ?? false),
    flag('Enabled', !job.paused),
    flag('Hidden', options.hidden ?? false),
    node('IdleSettings', [flag('StopOnIdleEnd', false), flag('RestartOnIdle', false)]),
    node(
      'ExecutionTimeLimit',
      native('timeout') && job.timeoutMs !== undefined ? isoDuration(Math.ceil(job.timeoutMs / 1000)) : 'PT0S',
    ),
    node('Priority', String(job.resources.nice === undefined ? (options.priority ?? 5) : priorityOf(job.resources.nice))),
    flag('RunOnlyIfIdle', options.onlyWhenIdle ?? false),
    flag('UseUnifiedSchedulingEngine', true),
    flag('DisallowStartOnRemoteAppSession', false),
  ]);
}

/** The priority class that comes nearest to a nice value: above normal, normal, below normal, idle. */
function priorityOf(nice: number): number {
  if (nice < 0) return 3;
  if (nice === 0) return 5;
  return nice < 15 ? 7 : 9;
}
