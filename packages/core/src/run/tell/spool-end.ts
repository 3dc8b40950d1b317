import type { LaunchFile } from '../../backend/launch-file.ts';
import { checkinDonePath } from '../attempt/prepare-run.ts';
import type { RunRecord } from '../record/run-record.ts';
import type { RunJobInput } from '../run-job-input.ts';
import { alertOf, alertReports, silentAlertOf } from './alert-of.ts';
import { type CheckinStatus, checkinMessage, checkinStatus } from './checkin-message.ts';
import { isTold } from './is-told.ts';
import { type AlertReport, type CheckinReport, spoolReport, type WaitingReport } from './spool.ts';

/**
 * Puts what a run's record has to tell into the spool: its check-in and its alerts. Called between the record and the memory that the run is over:
 * killed before, the next runner finds that it is not and does it again; killed after, the next flush finds the reports. So none is lost.
 */
export function spoolEnd(
  input: RunJobInput,
  record: RunRecord,
  output: string,
  failingBefore: boolean,
): readonly WaitingReport[] {
  const { place, files } = input;
  const reports = [...endCheckin(input, record, output), ...endAlerts(input, record, output, failingBefore)];
  return reports.map((report) => spoolReport(files, place.layout, report, Date.parse(record.endedAt)));
}

function endAlerts(input: RunJobInput, record: RunRecord, output: string, failingBefore: boolean): readonly AlertReport[] {
  const { launch } = input;
  if (launch.alerts?.by !== 'job') return alertReports(launch, record, alertOf(record, failingBefore), output);
  const news = isTold(input, record) ? null : silentAlertOf(record, failingBefore, output);
  return alertReports(launch, record, news, output);
}

function endCheckin(input: RunJobInput, record: RunRecord, output: string): readonly CheckinReport[] {
  const { launch } = input;
  const status = checkinStatus(record.status);
  if (launch.checkin?.url === undefined || status === null || reportedByJob(input, record)) return [];
  return [checkinReport(launch, record, status, output)];
}

/** The message together with what it takes to send it. */
export function checkinReport(launch: LaunchFile, record: RunRecord, status: CheckinStatus, output: string): CheckinReport {
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
