import type { LaunchFile } from '../../backend/launch-file.ts';
import { checkinDonePath } from '../attempt/prepare-run.ts';
import type { RunRecord } from '../record/run-record.ts';
import type { RunJobInput } from '../run-job-input.ts';
import { alertOf, alertReports, silentAlertOf } from './alert-of.ts';
import { type CheckinStatus, checkinMessage, checkinStatus } from './checkin-message.ts';
import { isTold } from './is-told.ts';
import { type AlertReport, type CheckinReport, type Report, spoolReport, type WaitingReport } from './spool.ts';

type EndedRun = Pick<RunJobInput, 'launch' | 'place' | 'files'>;

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
  const reports = endReports(input, record, output, failingBefore);
  const waiting = reports.map((report) => spoolReport(files, place.layout, report, Date.parse(record.endedAt)));
  if (input.launch.checkin?.by === 'job') files.remove(checkinDonePath(place.layout, record.runId));
  return waiting;
}

/** What a run's record has to tell: its check-in and its alerts. */
export function endReports(input: EndedRun, record: RunRecord, output: string, failingBefore: boolean): readonly Report[] {
  return [...endCheckin(input, record, output), ...endAlerts(input, record, output, failingBefore)];
}

function endAlerts(input: EndedRun, record: RunRecord, output: string, failingBefore: boolean): readonly AlertReport[] {
  const { launch } = input;
  if (launch.alerts?.by !== 'job') return alertReports(launch, record, alertOf(record, failingBefore), output);
  const news = isTold(input, record) ? null : silentAlertOf(record, failingBefore, output);
  return alertReports(launch, record, news, output);
}

function endCheckin(input: EndedRun, record: RunRecord, output: string): readonly CheckinReport[] {
  const { launch } = input;
  const status = checkinStatus(record.status);
  if (launch.checkin?.url === undefined || status === null || reportedByJob(input, record)) return [];
  return [checkinReport(launch, record, status, output)];
}

/** The message together with what it takes to send it. */
export function checkinReport(launch: LaunchFile, record: RunRecord, status: CheckinStatus, output: string): CheckinReport {
  const { url, secret, ca, format } = launch.checkin ?? { format: 'json' as const };
  const { env, secretsFile, workingDir } = launch;
  return {
    checkin: {
      format,
      ...(url === undefined ? {} : { url }),
      ...(secret === undefined ? {} : { secret }),
      ...(ca === undefined ? {} : { ca }),
    },
    resolve: { env, secretsFile, workingDir },
    message: checkinMessage(record, status, launch.hostname, output),
  };
}

/** `checkin.by: job`: the job says that it has reported by making the file that `ROTA_CHECKIN_DONE` names. */
function reportedByJob({ launch, place, files }: EndedRun, record: RunRecord): boolean {
  return launch.checkin?.by === 'job' && files.facts(checkinDonePath(place.layout, record.runId)) !== undefined;
}
