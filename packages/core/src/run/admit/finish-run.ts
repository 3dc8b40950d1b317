import type { JobKey } from '../../job/job.ts';
import type { NamespaceLayout } from '../../state/layout.ts';
import type { RunRecord } from '../record/run-record.ts';
import { changeJobState, type JobState, type JobStateFiles } from './job-state.ts';

/**
 * Gives up the claim of a run that has its record. Killed before this, the next runner finds both and drops the claim: a run that has its record is not
 * recorded again.
 *
 * @param isTold the job has told of its bad end by itself: what the runner has told before stays as it is
 */
export function finishRun(files: JobStateFiles, layout: NamespaceLayout, key: JobKey, record: RunRecord, isTold = false): void {
  const work = (state: JobState): readonly [JobState, undefined] => {
    const claims = state.claims.filter((claim) => claim.runId !== record.runId);
    if (record.status === 'skipped') return [{ ...state, claims }, undefined];
    const lastRun = { from: Date.parse(record.startedAt) / 1000, to: Date.parse(record.endedAt) / 1000 };
    return [{ ...state, claims, lastRun, failing: isTold ? state.failing : record.status !== 'success' }, undefined];
  };
  // The record is on the disk; a claim that outlives a power failure is dropped because of it.
  changeJobState(files, layout, key, work, false);
}
