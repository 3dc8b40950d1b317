import { type Compiled, type CompileInput, type Dialect, defineSchedule, type Feature, type Job, loadZone } from '@rota/core';
import { compile } from '../compile/compile.ts';

export const bareJob: Job = {
  tenant: 'acme',
  name: 'job',
  labels: {},
  annotations: {},
  trigger: { kind: 'schedule', expression: '* * * * *', timezone: 'UTC' },
  command: ['/bin/true'],
  shell: false,
  env: {},
  retry: { enabled: false, attempts: 3, backoff: 'exponential', delayMs: 10_000, maxDelayMs: 3_600_000 },
  conditions: [],
  enabled: true,
  paused: false,
  dependsOn: [],
  requires: { commands: [], files: [], units: [] },
  concurrency: { policy: 'queue', locks: [] },
  persistent: false,
  hooks: { before: [], onSuccess: [], onFailure: [], always: [] },
  resources: {},
  sandbox: {},
};

export interface CompileJobOptions {
  readonly namespace?: string;
  readonly home?: string;
  readonly stateDir?: string;
  readonly dialect?: Dialect;
  readonly native?: readonly Feature[];
  readonly fromYear?: number;
}

/** The input of `compile` for a job that the backend does without the runner. */
export function compileInput(job: Partial<Job>, options: CompileJobOptions = {}): CompileInput {
  const {
    namespace = 'test',
    home = '/home/someone',
    dialect = { name: 'systemd', version: 252 },
    native = [],
    fromYear = 2026,
  } = options;
  const whole: Job = { ...bareJob, ...job };
  const { trigger } = whole;
  const stateDir = options.stateDir ?? `${home}/.local/state/rota`;
  const features = Object.fromEntries(
    [...native, 'persistent', 'randomizedDelay'].map((feature) => [feature, 'native' as const]),
  );
  return {
    namespace,
    job: whole,
    lowering: { features, runner: false, gated: false, refusals: [] },
    dialect,
    ...(trigger.kind === 'schedule'
      ? {
          schedule: {
            declared: defineSchedule(trigger.expression, trigger.timezone),
            systemZone: loadZone('UTC'),
            horizon: { fromYear, toYear: fromYear + 9 },
          },
        }
      : {}),
    launcher: `${stateDir}/bin/rota-run`,
    recorder: `${stateDir}/bin/record`,
    home,
    path: '/usr/local/bin:/usr/bin:/bin',
  };
}

export function compileJob(job: Partial<Job>, options: CompileJobOptions = {}): Compiled {
  return compile(compileInput(job, options));
}
