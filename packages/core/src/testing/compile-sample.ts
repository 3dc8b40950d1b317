import { createHash } from 'node:crypto';
import type { Backend, Compiled, CompileInput, Dialect } from '../backend/backend.ts';
import { lower } from '../backend/lower.ts';
import type { Job } from '../job/job.ts';
import { defineSchedule } from '../schedule/schedule.ts';

/** What a sample is compiled for. */
export interface SampleContext {
  readonly backend: Backend;
  readonly dialect: Dialect;
  /** @default 'default' */
  readonly namespace?: string;
  /** The machine's own zone. @default 'UTC' */
  readonly systemTimezone?: string;
  /** A folder for launcher and launch files; nothing is written there. @default '/home/u/.local/state/rota' */
  readonly stateDir?: string;
}

/** Whole years that the dated lines of samples cover, both included; fixed, so that samples do not change with the calendar. */
export const sampleHorizon = { fromYear: 2026, toYear: 2035 } as const;

/** The input that core would give a backend for a job. */
export function sampleInput(context: SampleContext, job: Job): CompileInput {
  const { backend, dialect, namespace = 'default', systemTimezone = 'UTC', stateDir = '/home/u/.local/state/rota' } = context;
  const capabilities = backend.capabilities(dialect);
  const lowering = lower(job, capabilities, { backend: backend.name, gated: false, hasFollowers: false, smallestGap: undefined });
  const { trigger } = job;
  const launch = createHash('sha256').update(JSON.stringify(job)).digest('hex').slice(0, 32);
  return {
    namespace,
    job,
    lowering,
    dialect,
    ...(trigger.kind === 'schedule'
      ? {
          schedule: {
            declared: defineSchedule(trigger.expression, trigger.timezone === 'local' ? systemTimezone : trigger.timezone),
            systemZone: defineSchedule('* * * * *', systemTimezone).zone,
            horizon: sampleHorizon,
          },
        }
      : {}),
    launcher: `${stateDir}/bin/rota-run`,
    recorder: `${stateDir}/bin/record`,
    ...(lowering.runner ? { launchFile: `${stateDir}/namespaces/${namespace}/launch/${launch}.json` } : {}),
    home: '/home/u',
    path: '/usr/local/bin:/usr/bin:/bin',
  };
}

/** What a backend makes of a job, as core would ask it to. Pure. */
export function compileSample(context: SampleContext, job: Job): Compiled {
  return context.backend.compile(sampleInput(context, job));
}
