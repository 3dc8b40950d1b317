import {
  bareJob,
  type Compiled,
  type CompileInput,
  type Dialect,
  defineSchedule,
  type Feature,
  type Job,
  loadZone,
} from '@rota/core';
import { compile } from '../compile/compile.ts';

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
  const whole: Job = {
    ...bareJob('* * * * *', 'UTC'),
    tenant: 'acme',
    name: 'job',
    concurrency: { policy: 'queue', locks: [] },
    ...job,
  };
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
