import { join } from 'node:path';
import type { Files } from '../../host/files.ts';
import type { NamespaceLayout } from '../../state/layout.ts';
import { tryHold } from '../admit/exclusive.ts';
import type { Capture } from '../attempt/resolve-references.ts';
import type { PostResult } from './http-post.ts';
import { sendAlert } from './send-alert.ts';
import { sendCheckin } from './send-checkin.ts';
import { type Report, type WaitingReport, waitingReports } from './spool.ts';
import { tellWatchers } from './tell-watchers.ts';

export interface DeliveryContext {
  readonly files: Pick<Files, 'readText' | 'facts' | 'list' | 'write' | 'remove' | 'makeFolder' | 'removeFolder'>;
  readonly layout: NamespaceLayout;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly capture: Capture;
}

/** Bound of a whole flush. */
const flushMs = 10_000;

/** Delivers a report of our own; what fails stays in the spool, if it could be put there. */
export async function deliver(context: DeliveryContext, { path, report }: WaitingReport): Promise<PostResult> {
  const result = await ('checkin' in report ? sendCheckin(context, report) : sendAlert(context, report));
  if (result.ok && path !== null) context.files.remove(path);
  tellDelivery(context, report, result);
  return result;
}

/** Tells those who watch whether a report has arrived. */
export function tellDelivery(
  { files, layout }: Pick<DeliveryContext, 'files' | 'layout'>,
  report: Report,
  result: PostResult,
): void {
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

/**
 * Delivers what waits in the namespace's spool, the oldest first, until all is sent, one fails or the time is up. One process at a time does it.
 * @param away reports that have just failed; their endpoints are not asked again
 * @returns how many were sent and how many are left
 */
export async function flushSpool(
  context: DeliveryContext,
  away: readonly Report[] = [],
): Promise<{ readonly sent: number; readonly left: number }> {
  const { files, layout } = context;
  // A look without the lock, for nearly always nothing waits.
  if (files.list(layout.spool).length === 0) return { sent: 0, left: 0 };
  const attempt = tryHold(files, join(layout.runLocks, 'spool'));
  if (!attempt.held) return { sent: 0, left: files.list(layout.spool).length };
  try {
    const deadline = performance.now() + flushMs;
    const unreachable = new Set(away.map(endpointOf));
    let sent = 0;
    const waiting = waitingReports(files, layout, Date.now());
    for (const one of waiting) {
      // One endpoint that is away must not keep the others waiting, nor be asked once for each message.
      const endpoint = endpointOf(one.report);
      if (performance.now() > deadline || unreachable.has(endpoint)) continue;
      if ((await deliver(context, one)).ok) sent += 1;
      else unreachable.add(endpoint);
    }
    return { sent, left: waiting.length - sent };
  } finally {
    attempt.release();
  }
}

function endpointOf(report: Report): string {
  return 'checkin' in report ? `${report.checkin.url} ${report.checkin.secret}` : JSON.stringify(report.alert);
}
