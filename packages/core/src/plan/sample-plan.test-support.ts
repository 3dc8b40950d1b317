import type { Job } from '../job/job.ts';
import type { Change, PlannedEntry } from './plan.ts';

/** A job that is installed natively on systemd. */
export function sampleEntry(job: Job): PlannedEntry {
  return {
    tenant: job.tenant,
    name: job.name,
    backend: 'systemd',
    dialect: { name: 'systemd' },
    job,
    artifact: null,
    launchFile: null,
    fidelity: 'exact',
    features: {},
    horizon: null,
    zoneDigest: null,
  };
}

/** A step for a job of `acme`, of which only what matters is given. */
export function sampleChange(name: string, action: Change['action'], more: Partial<Change> = {}): Change {
  return {
    tenant: 'acme',
    name,
    action,
    backend: 'systemd',
    fidelity: 'exact',
    features: {},
    reasons: [],
    before: null,
    after: null,
    differences: [],
    ...more,
  };
}
