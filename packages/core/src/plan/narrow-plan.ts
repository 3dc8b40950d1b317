import type { Job } from '../job/job.ts';
import { printJobKey } from '../job/job-key.ts';
import type { Change, Plan, PlannedEntry } from './plan.ts';
import { summaryOf } from './summary.ts';

/**
 * The part of a plan that concerns jobs with all of these labels. What it leaves out stays as it is installed, and nothing is ever deleted:
 * a filter says what to touch, not what is declared. `installed` are the entries of the generation that the plan was made against. Pure.
 */
export function narrowPlan(plan: Plan, labels: Readonly<Record<string, string>>, installed: readonly PlannedEntry[]): Plan {
  const declared = new Map(plan.entries.map((entry) => [printJobKey(entry), entry]));
  const before = new Map(installed.map((entry) => [printJobKey(entry), entry]));
  const wanted = (change: Change): boolean =>
    change.action !== 'delete' &&
    hasLabels(declared.get(printJobKey(change))?.job ?? before.get(printJobKey(change))?.job, labels);
  const changes = plan.changes.filter(wanted);
  const touched = new Set(changes.flatMap((change) => [printJobKey(change), change.from ?? '']));
  const entries = [
    ...plan.entries.filter((entry) => touched.has(printJobKey(entry))),
    ...installed.filter((entry) => !touched.has(printJobKey(entry))),
  ].sort((a, b) => (printJobKey(a) < printJobKey(b) ? -1 : 1));
  return { ...plan, changes, entries, summary: summaryOf(changes) };
}

/** Whether a job has every one of these labels. */
export function hasLabels(job: Pick<Job, 'labels'> | undefined, labels: Readonly<Record<string, string>>): boolean {
  return job !== undefined && Object.entries(labels).every(([key, value]) => job.labels[key] === value);
}
