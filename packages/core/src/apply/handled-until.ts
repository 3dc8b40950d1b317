import type { Artifact } from '../backend/backend.ts';
import type { Host } from '../host/host.ts';
import type { Job } from '../job/job.ts';
import { parseJobKey, printJobKey } from '../job/job-key.ts';
import type { Change } from '../plan/plan.ts';
import { readHandled } from '../run/admit/job-state.ts';
import type { Generation } from '../state/generation.ts';
import type { NamespaceLayout } from '../state/layout.ts';

/**
 * Up to when the fire times of a job are handled as it is installed, in seconds since the epoch. A job that goes to another backend, or gets another name, goes
 * on where the old entry was, so that a fire time that is still to be caught up is. Only the runner keeps count; for what a scheduler started itself, now is
 * what is known.
 */
export function handledUntil(
  host: Host,
  layout: NamespaceLayout,
  previous: Pick<Generation<Job, Artifact>, 'entries'> | null,
  now: number,
): (change: Change) => number {
  const counted = new Set((previous?.entries ?? []).filter(({ launchFile }) => launchFile !== null).map(printJobKey));
  return ({ from, fromBackend, tenant, name }) => {
    if (from === undefined && fromBackend === undefined) return now;
    const old = from ?? printJobKey({ tenant, name });
    return counted.has(old) ? Math.min(now, readHandled(host.files, layout, parseJobKey(old, '')) ?? now) : now;
  };
}
