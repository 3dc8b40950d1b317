import { type JobStatus, printJobKey } from '@rota/core';

/** What the schedulers say of jobs that they could not start, for which the table of `rota status` has no room. */
export function notStartedLines(jobs: readonly JobStatus[]): readonly string[] {
  return jobs.flatMap((job) =>
    job.failure === undefined ? [] : [`${printJobKey(job)}: ${job.backend} could not start it: ${job.failure}.`],
  );
}
