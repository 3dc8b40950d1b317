import type { JobKey } from '../../job/job.ts';
import type { NamespaceLayout } from '../../state/layout.ts';
import type { RunRecord } from '../record/run-record.ts';
import { type Claim, changeJobState, type JobState, type JobStateFiles } from './job-state.ts';

/**
 * Gives up the claim of a run that has its record. Killed before this, the next runner finds both and drops the claim: a run that has its record is not
 * recorded again.
 *
 * @param isTold the job has told of its bad end by itself: what the runner has told before stays as it is
 * @param followed of the run, whose owner now starts the jobs that follow it; `null` where none do
 */
export function finishRun(
  files: JobStateFiles,
  layout: NamespaceLayout,
  key: JobKey,
  record: RunRecord,
  isTold = false,
  followed: Claim | null = null,
): void {
  const work = (before: JobState): readonly [JobState, undefined] => {
    const state = followed === null ? before : withFollowing(before, followed, record.endedAt);
    const claims = state.claims.filter((claim) => claim.runId !== record.runId);
    if (record.status === 'skipped') return [{ ...state, claims }, undefined];
    const lastRun = { from: Date.parse(record.startedAt) / 1000, to: Date.parse(record.endedAt) / 1000 };
    return [{ ...state, claims, lastRun, failing: isTold ? state.failing : record.status !== 'success' }, undefined];
  };
  // The record is on the disk; a claim that outlives a power failure is dropped because of it.
  changeJobState(files, layout, key, work, false);
}

/** The state in which the jobs that follow a run are still to be started. */
export function withFollowing(state: JobState, { runId, owner, followers }: Claim, endedAt: string): JobState {
  if (followers === undefined) return state;
  return { ...state, following: [...state.following, { runId, endedAt, owner, followers }] };
}

/** The followers of these runs are started, or it is told that they are not. */
export function forgetFollowing(files: JobStateFiles, layout: NamespaceLayout, key: JobKey, runIds: readonly string[]): void {
  const rest = (state: JobState): readonly [JobState, undefined] => [
    { ...state, following: state.following.filter(({ runId }) => !runIds.includes(runId)) },
    undefined,
  ];
  changeJobState(files, layout, key, rest, false);
}
