import type { Files } from '../../host/files.ts';
import type { NamespaceLayout } from '../../state/layout.ts';
import type { Capture } from '../attempt/resolve-references.ts';
import type { PostResult } from './http-post.ts';
import { sendAlert } from './send-alert.ts';
import { sendCheckin } from './send-checkin.ts';
import type { Report, WaitingReport } from './spool.ts';
import { tellWatchers } from './tell-watchers.ts';

export interface DeliveryContext {
  readonly files: Pick<Files, 'readText' | 'facts' | 'list' | 'write' | 'remove' | 'makeFolder' | 'removeFolder'>;
  readonly layout: NamespaceLayout;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly capture: Capture;
}

/** Delivers one report; what fails, however it does, stays in the spool, if it could be put there. */
export async function deliver(context: DeliveryContext, { path, report }: WaitingReport): Promise<PostResult> {
  const result = await send(context, report);
  if (result.ok && path !== null) context.files.remove(path);
  tellDelivery(context, report, result);
  return result;
}

async function send(context: DeliveryContext, report: Report): Promise<PostResult> {
  try {
    return await ('checkin' in report ? sendCheckin(context, report) : sendAlert(context, report));
  } catch (error) {
    // What was thrown may quote a value that nobody has masked; its code does not.
    const code = error instanceof Error && 'code' in error ? ` (${error.code})` : '';
    return { ok: false, reason: `It could not be sent${code}.` };
  }
}

/** Tells those who watch whether a report has arrived. */
function tellDelivery({ files, layout }: Pick<DeliveryContext, 'files' | 'layout'>, report: Report, result: PostResult): void {
  const { tenant, job_name: name } = report.message;
  if (!('checkin' in report)) {
    const { run_id: runId, event } = report.message;
    tellWatchers(files, layout, 'alert', { tenant, name, runId, event, sent: result.ok });
    return;
  }
  const { run_id: runId, status } = report.message;
  const of = { tenant, name, runId, status };
  if (result.ok) tellWatchers(files, layout, 'checkin:sent', of);
  else tellWatchers(files, layout, 'checkin:spooled', { ...of, reason: result.reason });
}
