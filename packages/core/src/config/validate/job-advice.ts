import type { Issue } from '../../errors/issue.ts';
import type { Job } from '../../job/job.ts';
import { printJobKey } from '../../job/job-key.ts';

/** What a careful team would add to a job: labels to find it by, an owner to call, a limit to its time. */
export function jobAdvice(job: Job): readonly Issue[] {
  const advise = (message: string, suggestion: string): Issue => ({
    code: 'ROTA_DECLARATION_ADVICE',
    severity: 'warning',
    message: `"${printJobKey(job)}" ${message}`,
    suggestion,
    ...job.source,
  });
  return [
    ...(Object.keys(job.labels).length === 0
      ? [advise('has no labels, so nothing can select it.', 'labels: {environment: production}')]
      : []),
    ...(job.annotations.owner === undefined
      ? [advise('names no owner to tell when it fails.', 'annotations: {owner: NAME}')]
      : []),
    ...(job.timeoutMs === undefined ? [advise('has no time-out: a run that hangs is never ended.', 'timeout: 1h')] : []),
  ];
}
