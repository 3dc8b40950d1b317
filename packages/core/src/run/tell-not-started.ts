import { join } from 'node:path';
import type { JobKey } from '../job/job.ts';
import { printJobKey } from '../job/job-key.ts';
import { digestOf } from '../state/digest.ts';
import { finishRun, forgetFollowing } from './admit/finish-run.ts';
import { type Following, readJobState } from './admit/job-state.ts';
import { stateProblem } from './failed-runner.ts';
import { readLaunchFile } from './launch/read-launch-file.ts';
import { appendRecord } from './record/append-record.ts';
import { readRecords } from './record/read-records.ts';
import { badLaunchRecord } from './record-bad-launch-file.ts';
import type { RunJobInput } from './run-job-input.ts';
import { besideOwn, type Follower, type NotStarted } from './start-followers.ts';
import { spoolReport, type WaitingReport } from './tell/spool.ts';
import { endReports } from './tell/spool-end.ts';

/**
 * Records a failed run for a job that was to follow another and did not begin, and leaves its reports to be sent. Killed in between, the next runner does the
 * same again for the same run, so that its report is one.
 *
 * @returns the reports
 */
export function tellNotStarted(
  input: RunJobInput,
  { runId, endedAt }: Pick<Following, 'runId' | 'endedAt'>,
  { follower, problem }: NotStarted,
): readonly WaitingReport[] {
  const { files, launch, place } = input;
  const reason = `It was to follow ${launch.tenant}/${launch.name} and was not started: ${problem}.`;
  process.stderr.write(`rota-run: ${follower.tenant}/${follower.name}: ${reason}\n`);
  const read = follower.launchFile === null ? null : readLaunchFile(files, besideOwn(follower.launchFile, place));
  const backend = read?.ok ? read.launch.backend : launch.backend;
  const record = { ...badLaunchRecord(follower, reason, 'event'), runId: runIdAfter(runId, follower), backend };
  const { failing } = readJobState(files, place.layout, follower);
  const reports = read?.ok ? endReports({ ...read, files }, record, reason, failing) : [];
  const [atMs, createdMs] = [Date.parse(endedAt), Date.parse(record.endedAt)];
  const waiting = reports.map((report) => spoolReport(files, place.layout, report, atMs, createdMs));
  // After the reports, for whoever finds the record takes it for told.
  appendRecord(files, place.layout, record);
  finishRun(files, place.layout, follower, record);
  return waiting;
}

/** Of the run of a job that was to follow another run: of that instant, and the same whoever asks. */
function runIdAfter(runId: string, follower: JobKey): string {
  const digest = digestOf(`${runId} ${printJobKey(follower)}`);
  // Of an id only what it has of the time, and its version, is kept (RFC 9562, section 5.7).
  return `${runId.slice(0, 15)}${digest.slice(0, 3)}-8${digest.slice(3, 6)}-${digest.slice(6, 18)}`;
}

/** Of runs whose runner was gone before it had started their followers: those that have not begun since are told. What fails of it is tried by the next runner. */
export function tellCutOff(input: RunJobInput, runs: readonly Following[]): readonly WaitingReport[] {
  const { launch, place } = input;
  try {
    return cutOffReports(input, runs);
  } catch (error) {
    process.stderr.write(`rota-run: ${launch.tenant}/${launch.name}: ${stateProblem(place, error)}\n`);
    return [];
  }
}

function cutOffReports(input: RunJobInput, runs: readonly Following[]): readonly WaitingReport[] {
  const { files, launch, place } = input;
  const waiting = runs.flatMap(({ runId, endedAt, followers }) =>
    launch.followers
      .filter((follower) => followers?.includes(printJobKey(follower)))
      .filter((follower) => !hasBegun(input, follower, Date.parse(endedAt)))
      .flatMap((follower) => {
        const problem = `that ended well at ${endedAt}, and its runner was gone before it had started this one`;
        return tellNotStarted(input, { runId, endedAt }, { follower, problem });
      }),
  );
  const runIds = runs.map(({ runId }) => runId);
  forgetFollowing(files, place.layout, launch, runIds);
  return waiting;
}

/** Whether a run of it is recorded, goes on or has just been started; of one that its scheduler runs without the runner only its end is known, so in doubt it has. */
function hasBegun({ files, place }: RunJobInput, { tenant, name, launchFile }: Follower, sinceMs: number): boolean {
  if (launchFile === null) return true;
  const { layout } = place;
  const since = (startedAt: string): boolean => Date.parse(startedAt) >= sinceMs;
  if (readJobState(files, layout, { tenant, name }).claims.some(({ startedAt }) => since(startedAt))) return true;
  const path = besideOwn(launchFile, place);
  for (const word of files.list(layout.starting))
    if (files.readText(join(layout.starting, word))?.split('\n')[1] === path) return true;
  for (const record of readRecords(layout, { since: sinceMs / 1000, only: new Set([`${tenant}/${name}`]) }))
    if (since(record.startedAt)) return true;
  return false;
}
