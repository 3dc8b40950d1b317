import { bareJob } from '../job/bare-job.ts';
import type { Job } from '../job/job.ts';

/** A job with nothing but defaults: daily at 02:30 UTC, `/bin/true`. */
export function sampleJob(name: string, changes: Partial<Job> = {}): Job {
  return {
    ...bareJob('30 2 * * *', 'UTC'),
    tenant: 'acme',
    name,
    concurrency: { policy: 'forbid', locks: [] },
    ...changes,
  };
}
