import type { Backend } from '../backend/backend.ts';
import type { Host } from '../host/host.ts';
import { readStatus } from '../status/read-status.ts';
import type { DoctorFinding } from './diagnosis.ts';

/** Jobs whose last run did not end well. They run again, so it is no error. */
export async function checkRuns(host: Host, backends: readonly Backend[], namespace: string): Promise<readonly DoctorFinding[]> {
  const failed = (await readStatus(host, backends, namespace)).filter(({ state }) => state === 'failed');
  return failed.map(({ tenant, name, lastRun }) => ({
    severity: 'info',
    code: 'run.failed',
    message: `Its last run did not end well${lastRun?.reason ? `: ${lastRun.reason}` : ''}.`,
    remedy: `rota logs ${tenant}/${name}${namespace === 'default' ? '' : ` --namespace ${namespace}`}`,
    namespace,
    job: `${tenant}/${name}`,
  }));
}
