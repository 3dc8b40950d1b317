import type { Job } from '../job/job.ts';
import { printJobKey } from '../job/job-key.ts';

/** A job together with the jobs that are declared `after` it. */
export interface WithFollowers {
  readonly job: Job;
  readonly followers: readonly Job[];
}

/**
 * Every job after all of its followers, so that what starts a follower is known when its leader is prepared. Declarations have no cycles;
 * should one come in by another way, its jobs come in the order of their names. Pure.
 */
export function followersFirst(jobs: readonly Job[]): readonly WithFollowers[] {
  const followers = new Map<string, Job[]>();
  for (const job of jobs) {
    if (job.trigger.kind !== 'after') continue;
    const leader = printJobKey(job.trigger.job);
    followers.set(leader, [...(followers.get(leader) ?? []), job]);
  }
  const ordered: WithFollowers[] = [];
  const seen = new Set<string>();
  const visit = (job: Job): void => {
    const id = printJobKey(job);
    if (seen.has(id)) return;
    seen.add(id);
    const own = followers.get(id) ?? [];
    for (const follower of own) visit(follower);
    ordered.push({ job, followers: own });
  };
  for (const job of jobs) visit(job);
  return ordered;
}
