import type { Job } from '../job/job.ts';
import { printJobKey } from '../job/job-key.ts';
import { changeLines, noColors, type PrintPlanOptions } from './change-lines.ts';
import type { Change } from './plan.ts';

/** What differs as text for people, as a plan shows it. `jobs` are those that there are afterwards; what stays is left out. Pure. */
export function printChanges(changes: readonly Change[], jobs: readonly Job[], options: PrintPlanOptions = {}): string {
  const after = new Map(jobs.map((job) => [printJobKey(job), job]));
  return changes
    .filter(({ action }) => action !== 'none')
    .map((change) => {
      const lines = changeLines(change, after.get(printJobKey(change)), options.colors ?? noColors, options.valueWidth ?? 100);
      return `${lines.join('\n')}\n`;
    })
    .join('\n');
}
