import { alertsDonePath } from '../attempt/prepare-run.ts';
import type { RunRecord } from '../record/run-record.ts';
import type { RunJobInput } from '../run-job-input.ts';

/**
 * Whether the job has told by itself how its run ended badly (`alerts.by: job`): it says so by making the file that `ROTA_ALERTS_DONE` names. A good end
 * needs no word.
 */
export function isTold({ launch, place, files }: Pick<RunJobInput, 'launch' | 'place' | 'files'>, record: RunRecord): boolean {
  if (launch.alerts?.by !== 'job' || record.status === 'success') return false;
  return files.facts(alertsDonePath(place.layout, record.runId)) !== undefined;
}
