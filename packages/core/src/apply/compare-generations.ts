import type { Artifact } from '../backend/backend.ts';
import type { Job } from '../job/job.ts';
import { printJobKey } from '../job/job-key.ts';
import { differences } from '../plan/differences.ts';
import type { Change } from '../plan/plan.ts';
import type { Generation } from '../state/generation.ts';
import { changesBetween } from './steps-of.ts';

/** What leads from one generation to another, job by job and field by field; those that stay as they are have the action `none`. Pure. */
export function compareGenerations(from: Generation<Job, Artifact>, to: Generation<Job, Artifact>): readonly Change[] {
  const [before, after] = [from, to].map(({ entries }) => new Map(entries.map((entry) => [printJobKey(entry), entry])));
  return changesBetween(from.entries, to.entries).map((change): Change => {
    const [was, is] = [before?.get(printJobKey(change)), after?.get(printJobKey(change))];
    const fields = was === undefined || is === undefined ? [] : differences(was.job, is.job);
    return {
      ...change,
      // A job that no scheduler holds has no artifact that could differ.
      action: change.action === 'none' && fields.length > 0 ? 'update' : change.action,
      fidelity: (is ?? was)?.fidelity ?? null,
      features: is?.features ?? {},
      differences: fields,
    };
  });
}
