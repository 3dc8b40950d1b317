import type { LaunchFile } from '../../backend/launch-file.ts';
import type { Admission } from '../admit/admit-run.ts';
import type { Claim } from '../admit/job-state.ts';
import { captureWith } from '../attempt/capture-output.ts';
import type { RunRecord } from '../record/run-record.ts';
import type { RunJobInput } from '../run-job-input.ts';
import { type AlertNews, alertReports } from './alert-of.ts';
import type { CheckinStatus } from './checkin-message.ts';
import { type DeliveryContext, deliver, tellDelivery } from './deliver-report.ts';
import { flushSpool } from './flush-spool.ts';
import { sendCheckin } from './send-checkin.ts';
import { spoolReport, type WaitingReport } from './spool.ts';
import { checkinReport } from './spool-end.ts';

export interface StartedReport {
  /** What is on its way. */
  readonly pending: Promise<unknown>[];
  readonly timer: NodeJS.Timeout | undefined;
}

/** Tells of the start, and of lateness when that time comes. Nothing here is waited for while the job runs. */
export function reportStart(input: RunJobInput, admission: Admission, claim: Claim, tail: () => string): StartedReport {
  const { launch } = input;
  const pending: Promise<unknown>[] = [];
  const { checkin } = launch;
  const record = unfinished(launch, claim);
  if (checkin?.start) pending.push(quietly(sendNow(input, record, 'running', '')));
  if (admission.missed > 0) {
    const text = `${admission.missed} fire times before this run were missed.`;
    pending.push(quietly(alertNow(input, record, { event: 'missed', text }, '')));
  }
  const limitMs = checkin?.timeoutMs ?? launch.timeoutMs;
  if (limitMs === null) return { pending, timer: undefined };
  const timer = setTimeout(
    () => {
      const late: RunRecord = { ...record, durationMs: limitMs };
      if (checkin !== null) pending.push(quietly(sendNow(input, late, 'timeout', tail())));
      const text = `It has been running for more than ${limitMs / 1000} s.`;
      pending.push(quietly(alertNow(input, late, { event: 'late', text }, tail())));
    },
    Math.min(limitMs, 2 ** 31 - 1),
  );
  return { pending, timer };
}

/**
 * Tells what waits in the spool and is ours to tell, after everything is recorded: nobody waits for it but the runner itself, for a bounded time. What
 * cannot be delivered stays there for a later runner.
 */
export async function reportEnd(
  input: RunJobInput,
  started: StartedReport | null,
  waiting: readonly WaitingReport[],
): Promise<void> {
  clearTimeout(started?.timer);
  // The start must not arrive after the end.
  await Promise.all(started?.pending ?? []);
  const flushed = await quietly(flushSpool(deliveryContext(input), waiting));
  for (const { report, reason } of flushed?.failed ?? []) if ('alert' in report) sayLater(reason);
  for (const problem of flushed?.problems ?? []) process.stderr.write(`rota-run: ${problem}\n`);
}

function sayLater(reason: string): void {
  process.stderr.write(`rota-run: ${reason} It is tried again later.\n`);
}

/** While the job runs: through the spool too, since the runner may be killed meanwhile. */
async function alertNow(input: RunJobInput, record: RunRecord, news: AlertNews, output: string): Promise<void> {
  const { files, place } = input;
  const reports = alertReports(input.launch, record, news, output);
  const waiting = reports.map((report) => spoolReport(files, place.layout, report, Date.now()));
  const results = await Promise.all(waiting.map((one) => deliver(deliveryContext(input), one)));
  for (const result of results) if (!result.ok) sayLater(result.reason);
}

async function sendNow(input: RunJobInput, record: RunRecord, status: CheckinStatus, output: string): Promise<void> {
  if (input.launch.checkin?.url === undefined) return;
  const report = checkinReport(input.launch, record, status, output);
  const context = deliveryContext(input);
  tellDelivery(context, report, await sendCheckin(context, report));
}

function deliveryContext({ launch, place, files, env }: RunJobInput): DeliveryContext {
  return { files, layout: place.layout, env, capture: captureWith({ ...env, PATH: launch.env.PATH ?? env.PATH }) };
}

/** A run that has not ended, in the shape that messages are made from. */
function unfinished(launch: LaunchFile, claim: Claim): RunRecord {
  const { tenant, name } = launch;
  const { runId, scheduledAt, startedAt, trigger, backend } = claim;
  const open = { status: 'failure', exitCode: null, signal: null, reason: null, durationMs: 0, attempts: 1 } as const;
  return { tenant, name, runId, scheduledAt, startedAt, endedAt: startedAt, ...open, trigger, backend };
}

/** Reports never change a run's outcome. */
async function quietly<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    process.stderr.write(`rota-run: a report failed: ${error instanceof Error ? error.message : error}\n`);
    return undefined;
  }
}
