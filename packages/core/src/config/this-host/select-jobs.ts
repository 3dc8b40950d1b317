import { jobPath } from '../../backend/job-path.ts';
import type { Host } from '../../host/host.ts';
import type { Job } from '../../job/job.ts';
import { exclusionReason } from '../../job/select-for-host.ts';
import type { ExcludedJob, HostIdentity } from '../declaration.ts';

/** Parts jobs into those that this host takes and the others, each with its reason. The order stays. */
export function selectJobs(
  all: readonly Job[],
  identity: HostIdentity,
  host: Host,
): { readonly jobs: readonly Job[]; readonly excluded: readonly ExcludedJob[] } {
  const excluded: ExcludedJob[] = [];
  const jobs = all.filter((job) => {
    const reason = exclusionReason(job, identity, { ...host, searchPath: job.env.PATH ?? jobPath(host) });
    if (reason === undefined) return true;
    excluded.push({ tenant: job.tenant, name: job.name, reason, ...(job.source === undefined ? {} : { source: job.source }) });
    return false;
  });
  return { jobs, excluded };
}
