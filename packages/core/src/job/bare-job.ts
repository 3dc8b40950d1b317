import type { Job } from './job.ts';

/** A job of nothing but a schedule, to ask what a backend makes of an expression that no job has. */
export function bareJob(expression: string, timezone: string): Job {
  return {
    tenant: 'rota',
    name: 'expression',
    labels: {},
    annotations: {},
    trigger: { kind: 'schedule', expression, timezone },
    command: ['/bin/true'],
    shell: false,
    env: {},
    retry: { enabled: false, attempts: 3, backoff: 'exponential', delayMs: 10_000, maxDelayMs: 3_600_000 },
    conditions: [],
    enabled: true,
    paused: false,
    dependsOn: [],
    requires: { commands: [], files: [], units: [] },
    concurrency: { policy: 'allow', locks: [] },
    persistent: false,
    hooks: { before: [], onSuccess: [], onFailure: [], always: [] },
    resources: {},
    sandbox: {},
  };
}
