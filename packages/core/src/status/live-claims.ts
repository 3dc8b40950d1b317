import type { Host } from '../host/host.ts';
import type { JobKey } from '../job/job.ts';
import { type Claim, readJobState } from '../run/admit/job-state.ts';
import { namespaceLayout } from '../state/layout.ts';
import { isAlive } from '../state/process-identity.ts';

/** The claims of runners of a job that live: its runs that have begun, or wait to, and are not over. */
export function liveClaims(
  { files, stateDir }: Pick<Host, 'files' | 'stateDir'>,
  namespace: string,
  job: JobKey,
): readonly Claim[] {
  return readJobState(files, namespaceLayout(stateDir, namespace), job).claims.filter(({ owner }) => isAlive(files, owner));
}
