import type { Backend } from '../backend/backend.ts';
import type { Host } from '../host/host.ts';
import { readRecords } from '../run/record/read-records.ts';
import type { RunRecord } from '../run/record/run-record.ts';
import { namespaceLayout } from '../state/layout.ts';
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

/** The run of a namespace that was recorded last, of whichever job. */
export function latestRun({ stateDir }: Pick<Host, 'stateDir'>, namespace: string): RunRecord | undefined {
  for (const record of readRecords(namespaceLayout(stateDir, namespace))) return record;
  return undefined;
}
