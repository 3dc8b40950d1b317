import type { JobKey } from '../job/job.ts';
import type { LaunchPlace } from './launch/read-launch-file.ts';
import { type AppendFiles, appendRecord } from './record/append-record.ts';
import { newRunId } from './record/run-id.ts';

/** A run that could not even begin leaves its trace too, under the job's name as far as that can still be read. */
export function recordBadLaunchFile(
  files: AppendFiles,
  place: LaunchPlace,
  { tenant, name }: JobKey,
  reason: string,
  cause: 'schedule' | 'fire' | 'manual' | 'event',
): void {
  const at = new Date();
  appendRecord(files, place.layout, {
    tenant,
    name,
    runId: newRunId(at.getTime()),
    scheduledAt: null,
    startedAt: at.toISOString(),
    endedAt: at.toISOString(),
    status: 'failure',
    exitCode: null,
    signal: null,
    reason,
    durationMs: 0,
    attempts: 0,
    trigger: cause === 'fire' ? 'schedule' : cause,
    backend: 'unknown',
  });
}
