import type { LaunchFile } from '../backend/launch-file.ts';
import { type CheckinStatus, checkinMessage, checkinStatus } from './checkin-message.ts';
import { checkinDonePath } from './prepare-run.ts';
import type { RunJobInput } from './run-job-input.ts';
import type { RunRecord } from './run-record.ts';
import { type SpooledCheckin, spoolCheckin } from './spool.ts';

/** A check-in that was spooled and is to be delivered. */
export interface SpooledEnd {
  readonly path: string;
  readonly entry: Pick<SpooledCheckin, 'checkin' | 'resolve' | 'message'>;
}

/**
 * Puts the check-in of a run's end into the spool. Called between the run's record and the end of its claim: killed before, the next runner finds
 * the claim and does it; killed after, the next flush finds the message. So none is lost.
 */
export function spoolEnd(input: RunJobInput, record: RunRecord, output: string): SpooledEnd | null {
  const { launch, place, files } = input;
  const status = checkinStatus(record.status);
  if (launch.checkin?.url === undefined || status === null || reportedByJob(input, record)) return null;
  const entry = checkinEntry(launch, record, status, output);
  return { path: spoolCheckin(files, place.layout, entry, Date.now()), entry };
}

/** The message together with what it takes to send it. */
export function checkinEntry(launch: LaunchFile, record: RunRecord, status: CheckinStatus, output: string): SpooledEnd['entry'] {
  const { url, secret, format } = launch.checkin ?? { format: 'json' as const };
  const { env, secretsFile, workingDir } = launch;
  return {
    checkin: { format, ...(url === undefined ? {} : { url }), ...(secret === undefined ? {} : { secret }) },
    resolve: { env, secretsFile, workingDir },
    message: checkinMessage(record, status, launch.hostname, output),
  };
}

/** `checkin.by: job`: the job says that it has reported by making the file that `ROTA_CHECKIN_DONE` names. */
function reportedByJob({ launch, place, files }: RunJobInput, record: RunRecord): boolean {
  if (launch.checkin?.by !== 'job') return false;
  const path = checkinDonePath(place.layout, record.runId);
  const done = files.facts(path) !== undefined;
  files.remove(path);
  return done;
}
