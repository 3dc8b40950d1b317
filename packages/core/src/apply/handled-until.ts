import type { Artifact } from '../backend/backend.ts';
import type { Host } from '../host/host.ts';
import type { Job } from '../job/job.ts';
import { printJobKey } from '../job/job-key.ts';
import type { Change } from '../plan/plan.ts';
import { readHandled } from '../run/admit/job-state.ts';
import { canonicalJson } from '../state/digest.ts';
import type { Generation } from '../state/generation.ts';
import type { NamespaceLayout } from '../state/layout.ts';

type Entries = Generation<Job, Artifact>['entries'];

/**
 * Up to when the fire times of a job are handled as it is installed, in seconds since the epoch. A job that goes to another backend, or gets another name, goes
 * on where the old entry was, so that a fire time that is still to be caught up is. Only the runner keeps count; for what a scheduler started itself, now is
 * what is known. It is now, too, where the job was paused, or is due at other times from now on: what those were before was never due.
 */
export function handledUntil(
  host: Host,
  layout: NamespaceLayout,
  before: Entries,
  after: Entries,
  now: number,
): (change: Change) => number {
  const [old, next] = [before, after].map((entries) => new Map(entries.map((entry) => [printJobKey(entry), entry])));
  return (change) => {
    if (change.from === undefined && change.fromBackend === undefined) return now;
    const key = printJobKey(change);
    const [was, is] = [old?.get(change.from ?? key), next?.get(key)];
    if (was === undefined || is === undefined || was.launchFile === null || was.job.paused || is.job.paused) return now;
    return dueOf(was.job) === dueOf(is.job) ? Math.min(now, readHandled(host.files, layout, was) ?? now) : now;
  };
}

const dueOf = ({ trigger, persistent }: Job): string => canonicalJson([trigger, persistent]);
