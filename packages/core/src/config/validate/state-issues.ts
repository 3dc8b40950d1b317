import { bundleOfJob } from '../../bundle/spec/define-bundle.ts';
import type { Issue } from '../../errors/issue.ts';
import { isRotaError } from '../../errors/rota-error.ts';
import type { Job } from '../../job/job.ts';
import { printJobKey } from '../../job/job-key.ts';

/** What is wrong with the state that a job declares, beyond its shape: paths, overlaps, stores, hooks. */
export function stateIssues(job: Job): readonly Issue[] {
  if (job.state === undefined) return [];
  try {
    bundleOfJob(job);
    return [];
  } catch (error) {
    if (!isRotaError(error)) throw error;
    return error.issues.map(({ message }) => ({
      code: error.code,
      severity: 'error',
      message: `"${printJobKey(job)}": ${message}`,
      ...job.source,
    }));
  }
}
