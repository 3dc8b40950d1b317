import type { LaunchFile } from '../../backend/launch-file.ts';
import type { RunRecord } from '../record/run-record.ts';
import type { AlertMessage } from './alert-message.ts';
import type { AlertReport } from './spool.ts';

/** What there is to tell of a run, and why. */
export interface AlertNews {
  readonly event: AlertMessage['event'];
  /** One sentence for a person. */
  readonly text: string;
}

/** An error of Rota is two: what is wrong and the way out. */
const lastLines = 3;

/** What the record of a run is worth telling; `null`: nothing. `failingBefore`: the run before it ended badly. */
export function alertOf(record: RunRecord, failingBefore: boolean): AlertNews | null {
  const reason = record.reason ?? '';
  switch (record.status) {
    case 'success':
      return failingBefore ? { event: 'recovery', text: 'It ended well again.' } : null;
    case 'cancelled':
      return null;
    case 'skipped':
      return record.trigger === 'catch-up' ? { event: 'missed', text: `A fire time was missed. ${reason}` } : null;
    case 'interrupted':
      return { event: 'failure', text: reason };
    default: {
      const how = record.reason ?? (record.signal === null ? `exit status ${record.exitCode}` : `ended by ${record.signal}`);
      return { event: 'failure', text: `It ended in ${record.status}: ${how}` };
    }
  }
}

/** The end of a run that should have told of itself (`alerts.by: job`) and has not, with the last that it wrote. `told`: so it was before, and people know. */
export function silentAlertOf(record: RunRecord, told: boolean, output: string): AlertNews | null {
  const news = alertOf(record, told);
  if (news?.event !== 'failure') return news;
  if (told) return null;
  const said = output
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-lastLines)
    .map((line) => line.trim())
    .join(' ');
  return { ...news, text: `${news.text}. It could not tell of it by itself.${said === '' ? '' : ` Its last words: ${said}`}` };
}

/** The run that news are of; without an id where nothing ran. */
export type RunInNews = Pick<RunRecord, 'exitCode' | 'scheduledAt'> & {
  readonly runId: string | null;
  readonly status: RunRecord['status'] | null;
};

/** The news for each channel of the job, if the job asks for such news. */
export function alertReports(launch: LaunchFile, run: RunInNews, news: AlertNews | null, output: string): AlertReport[] {
  return news !== null && launch.alerts?.on.includes(news.event) ? channelReports(launch, run, news, output) : [];
}

/** The news for each channel of the job. */
export function channelReports(launch: LaunchFile, run: RunInNews, { event, text }: AlertNews, output: string): AlertReport[] {
  const { alerts, env, secretsFile, workingDir } = launch;
  const message: AlertMessage = {
    event,
    tenant: launch.tenant,
    job_name: launch.name,
    host: launch.hostname,
    run_id: run.runId,
    status: event === 'late' || event === 'missed' ? null : run.status,
    exit_code: run.exitCode,
    scheduled_at: run.scheduledAt,
    text,
    output,
    about: launch.about ?? {},
  };
  return (alerts?.channels ?? []).map((alert) => ({ alert, resolve: { env, secretsFile, workingDir }, message }));
}
