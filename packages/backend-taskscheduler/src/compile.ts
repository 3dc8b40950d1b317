import { createHash } from 'node:crypto';
import { type Compiled, type CompileInput, RotaError } from '@rota/core';
import { serviceSids, type TaskSchedulerOptions } from './options.ts';
import { taskSchedule } from './simulate/native-schedule.ts';
import { statements } from './statements.ts';
import { inProfile, outsideProfile } from './task/in-profile.ts';
import { taskAction } from './task/task-action.ts';
import { taskXml } from './task/task-xml.ts';
import { TRIGGER_LIMIT } from './task/trigger.ts';
import { type Translation, translateSchedule } from './translate/translate-schedule.ts';

/**
 * The task of one job. The native schedule is read back from the finished XML by a simulator of what Microsoft documents.
 *
 * @throws ROTA_JOB_REFUSED for what a task cannot hold; ROTA_TASK_XML for text that XML cannot
 */
export function compile(input: CompileInput, options: TaskSchedulerOptions = {}): Compiled {
  const { namespace, job, schedule, launchFile } = input;
  const { triggers, moreDays } = triggersOf(input);
  refuseTooMany(input, triggers.length);
  refuseProfile(input, options);
  const action = taskAction(input, options);
  // Where the launcher and the state folder stand is not part of what was declared; which launch file it is, is.
  const placeless = {
    ...input,
    launcher: 'rota-run',
    ...(launchFile === undefined ? {} : { launchFile: baseName(launchFile) }),
  };
  const digest = createHash('sha256')
    .update(taskXml(input, options, triggers, taskAction(placeless, options), ''))
    .digest('hex');
  const content = taskXml(input, options, triggers, action, digest);
  return {
    artifact: {
      files: [{ name: `rota.${namespace}.${job.tenant}.${job.name}.xml`, content, encoding: 'utf-16le' }],
      digest,
      active: !job.paused,
    },
    ...(schedule === undefined ? {} : { native: taskSchedule(content, schedule.systemZone, schedule.horizon, moreDays) }),
    warnings: statements(input, options, triggers),
  };
}

/** No translation makes so many; what did would be refused here, before anything is written. */
export function refuseTooMany({ job }: Pick<CompileInput, 'job'>, count: number): void {
  if (count <= TRIGGER_LIMIT) return;
  throw new RotaError(
    'ROTA_JOB_REFUSED',
    `${job.tenant}/${job.name} cannot be a task: its schedule needs ${count} triggers, and a task holds ${TRIGGER_LIMIT}.`,
    { suggestions: ['Declare it as several jobs, or at times that are evenly spaced.'] },
  );
}

/** Whoever can change what a built-in account starts has the rights of that account. */
function refuseProfile(input: CompileInput, { account = 'interactive' }: TaskSchedulerOptions): void {
  if (serviceSids[account] === undefined || !input.lowering.runner || !inProfile(input)) return;
  const { job, launcher } = input;
  throw new RotaError(
    'ROTA_JOB_REFUSED',
    `${job.tenant}/${job.name} cannot run as ${account}: what it starts, ${launcher}, lies in the folder of a user, whose programs could change it.`,
    { suggestions: [outsideProfile] },
  );
}

function triggersOf({ job, schedule }: CompileInput): Translation {
  switch (job.trigger.kind) {
    case 'schedule':
      if (schedule === undefined) throw new RotaError('ROTA_INTERNAL', `${job.tenant}/${job.name} has no schedule to translate.`);
      return translateSchedule(schedule.declared, schedule.systemZone, schedule.horizon);
    case 'boot':
    case 'login':
      if (job.randomizedDelayMs !== undefined) {
        throw new RotaError(
          'ROTA_JOB_REFUSED',
          `${job.tenant}/${job.name}: boot and logon triggers have no random delay. Remove \`randomizedDelay\`.`,
        );
      }
      return { triggers: [job.trigger.kind === 'boot' ? { kind: 'boot' } : { kind: 'logon' }], moreDays: false };
    // Started on demand: by the job that it follows, or by `rota apply`.
    case 'after':
    case 'apply':
      return { triggers: [], moreDays: false };
  }
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
