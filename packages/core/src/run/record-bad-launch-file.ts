import type { JobKey } from '../job/job.ts';
import type { LaunchPlace } from './launch/read-launch-file.ts';
import { type AppendFiles, appendRecord } from './record/append-record.ts';
import { newRunId } from './record/run-id.ts';
import type { RunRecord } from './record/run-record.ts';

/** A run that could not even begin leaves its trace too, under the job's name as far as that can still be read. */
export function recordBadLaunchFile(
  files: AppendFiles,
  place: LaunchPlace,
  job: JobKey,
  reason: string,
  cause: 'schedule' | 'fire' | 'manual' | 'event',
): void {
  appendRecord(files, place.layout, badLaunchRecord(job, reason, cause));
}

/** The record of a run that could not begin. */
export function badLaunchRecord(
  { tenant, name }: JobKey,
  reason: string,
  cause: 'schedule' | 'fire' | 'manual' | 'event',
): RunRecord {
  const at = new Date();
  return {
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
  };
}
