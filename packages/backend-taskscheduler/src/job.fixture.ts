import { bareJob, type CompileInput, defineSchedule, type Horizon, type Job, type Lowering, loadZone } from '@rota/core';

export const horizon: Horizon = { fromYear: 2026, toYear: 2035 };

/** For tests: a job with every default. */
export function job(changes: Partial<Job> = {}): Job {
  return {
    ...bareJob('0 4 * * *', 'UTC'),
    tenant: 'acme',
    name: 'backup',
    command: ['C:\\Program Files\\restic\\restic.exe', 'backup', 'C:\\Users\\Ann\\My Documents'],
    concurrency: { policy: 'forbid', locks: [] },
    ...changes,
  };
}

/** For tests: what core hands to `compile` for a job on a Windows machine. */
export function compileInput(
  changes: Partial<Job> = {},
  lowering: Partial<Lowering> = {},
  systemZone = 'Europe/Berlin',
): CompileInput {
  const declared = job(changes);
  const home = 'C:\\Users\\Ann';
  return {
    namespace: 'default',
    job: declared,
    lowering: {
      features: { schedule: 'native', 'concurrency.forbid': 'native', history: 'native', output: 'native' },
      runner: false,
      gated: false,
      refusals: [],
      ...lowering,
    },
    dialect: { name: 'taskscheduler', version: 1.4 },
    ...(declared.trigger.kind === 'schedule'
      ? {
          schedule: {
            declared: defineSchedule(declared.trigger.expression, declared.trigger.timezone),
            systemZone: loadZone(systemZone),
            horizon,
          },
        }
      : {}),
    launcher: `${home}\\AppData\\Local\\rota\\bin\\rota-run.cmd`,
    recorder: `${home}\\AppData\\Local\\rota\\bin\\record.cmd`,
    launchFile: `${home}\\AppData\\Local\\rota\\namespaces\\default\\launch\\0123456789abcdef.json`,
    home,
    path: 'C:\\Windows\\system32;C:\\Windows',
  };
}
