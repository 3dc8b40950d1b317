import type { Checkin } from '../../job/job.ts';
import type { RunRecord } from '../record/run-record.ts';

export type CheckinStatus = 'running' | 'success' | 'failure' | 'timeout';

/** What a check-in says, whatever its format; holds no secret, so that it can be spooled. */
export interface CheckinMessage {
  readonly job_name: string;
  readonly tenant: string;
  readonly status: CheckinStatus;
  /** A bounded, masked tail. */
  readonly output: string;
  /** Whole seconds. */
  readonly duration: number;
  readonly run_id: string;
  readonly scheduled_at: string | null;
  readonly host: string;
  readonly exit_code: number | null;
}

/** The status that a run's end is reported with; `null`: it is not reported. */
export function checkinStatus(status: RunRecord['status']): CheckinStatus | null {
  if (status === 'skipped') return null;
  return status === 'success' || status === 'timeout' ? status : 'failure';
}

export function checkinMessage(record: RunRecord, status: CheckinStatus, host: string, output: string): CheckinMessage {
  return {
    job_name: record.name,
    tenant: record.tenant,
    status,
    output,
    duration: Math.round(record.durationMs / 1000),
    run_id: record.runId,
    scheduled_at: record.scheduledAt,
    host,
    exit_code: record.exitCode,
  };
}

/** The request of a message in the check-in's format, with the resolved URL and secret. */
export function checkinRequest(
  format: Checkin['format'],
  message: CheckinMessage,
  url: string,
  secret: string | undefined,
): { readonly url: string; readonly body: string; readonly headers: Readonly<Record<string, string>> } {
  const bearer: Record<string, string> = secret ? { authorization: `Bearer ${secret}` } : {};
  if (format === 'json')
    return { url, body: JSON.stringify(message), headers: { 'content-type': 'application/json', ...bearer } };
  return {
    url: healthchecksUrl(url, message),
    body: message.output,
    headers: { 'content-type': 'text/plain; charset=utf-8', ...bearer },
  };
}

/** healthchecks.io pinging API: `/start`, nothing, `/<exit status>` or `/fail`; `rid` pairs the start and the end of a run. */
function healthchecksUrl(url: string, message: CheckinMessage): string {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  if (target === undefined) return url;
  const { status, exit_code: code } = message;
  const failed = status === 'failure' && code !== null && code > 0 && code <= 255 ? `/${code}` : '/fail';
  const ending = status === 'running' ? '/start' : status === 'success' ? '' : failed;
  target.pathname = target.pathname.replace(/\/+$/, '') + ending;
  target.searchParams.set('rid', message.run_id);
  return target.href;
}
