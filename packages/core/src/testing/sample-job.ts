import type { Job } from '../job/job.ts';

/** A job with nothing but defaults: daily at 02:30 UTC, `/bin/true`. */
export function sampleJob(name: string, changes: Partial<Job> = {}): Job {
  return {
    tenant: 'acme',
    name,
    labels: {},
    annotations: {},
    trigger: { kind: 'schedule', expression: '30 2 * * *', timezone: 'UTC' },
    command: ['/bin/true'],
    shell: false,
    env: {},
    retry: { enabled: false, attempts: 3, backoff: 'exponential', delayMs: 10_000, maxDelayMs: 3_600_000 },
    conditions: [],
    enabled: true,
    paused: false,
    dependsOn: [],
    requires: { commands: [], files: [], units: [] },
    concurrency: { policy: 'forbid', locks: [] },
    persistent: false,
    hooks: { before: [], onSuccess: [], onFailure: [], always: [] },
    resources: {},
    sandbox: {},
    ...changes,
  };
}
