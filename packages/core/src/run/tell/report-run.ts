import type { LaunchFile } from '../../backend/launch-file.ts';
import type { Admission } from '../admit/admit-run.ts';
import type { Claim } from '../admit/job-state.ts';
import { captureWith } from '../attempt/capture-output.ts';
import type { RunRecord } from '../record/run-record.ts';
import type { RunJobInput } from '../run-job-input.ts';
import { type AlertNews, alertReports } from './alert-of.ts';
import type { CheckinStatus } from './checkin-message.ts';
import { type DeliveryContext, deliver } from './deliver-report.ts';
import { flushSpool } from './flush-spool.ts';
import { type Report, spoolReport, type WaitingReport } from './spool.ts';
import { checkinReport } from './spool-end.ts';

export interface StartedReport {
  /** Nothing new is sent from now on; resolves when what is on its way has arrived or failed. */
  stop(): Promise<void>;
}

/** So long after a vain try to tell that a run takes too long it is tried again. */
const againMs = 60_000;

/** Tells of the start, and of lateness when that time comes. Nothing here is waited for while the job runs. */
export function reportStart(input: RunJobInput, admission: Admission, claim: Claim, tail: () => string): StartedReport {
  const { launch } = input;
  const pending: Promise<unknown>[] = [];
  let missed: Promise<readonly WaitingReport[] | undefined> | undefined;
  const { checkin } = launch;
  const record = unfinished(launch, claim);
  if (checkin?.start) pending.push(quietly(sendNow(input, record, 'running', '')));
  if (admission.missed > 0) {
    const text = `${admission.missed} fire times before this run were missed.`;
    missed = quietly(alertNow(input, record, { event: 'missed', text }, ''));
  }
  const limitMs = checkin?.timeoutMs ?? launch.timeoutMs;
  const late = limitMs === null ? null : tellLate(input, { ...record, durationMs: limitMs }, limitMs, tail);
  return {
    async stop() {
      await Promise.all([late?.stop(), ...pending]);
      keepAgain(input, (await missed) ?? []);
    },
  };
}

/** Tells once that a run takes too long: a `timeout` check-in and alerts, each again until it has arrived or the run has ended. */
function tellLate(input: RunJobInput, record: RunRecord, limitMs: number, tail: () => string): StartedReport {
  const { launch } = input;
  let isOver = false;
  let isCheckedIn = launch.checkin?.url === undefined;
  let alerts: readonly WaitingReport[] | undefined;
  const tell = async (): Promise<boolean> => {
    const text = `It has been running for more than ${limitMs / 1000} s.`;
    const news: AlertNews = { event: 'late', text };
    const checkedIn = isCheckedIn || sendNow(input, record, 'timeout', tail());
    alerts ??= alertReports(launch, record, news, tail()).map((one) => keep(input, one));
    alerts = await deliverAll(input, alerts);
    isCheckedIn = await checkedIn;
    return isCheckedIn && alerts.length === 0;
  };
  let current: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const begin = (ms: number): void => {
    timer = setTimeout(
      () => {
        current = quietly(tell()).then((done) => {
          if (done === false && !isOver) begin(againMs);
        });
      },
      Math.min(ms, 2 ** 31 - 1),
    );
  };
  begin(limitMs);
  return {
    async stop() {
      isOver = true;
      clearTimeout(timer);
      await current;
      keepAgain(input, alerts ?? []);
    },
  };
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
  // The start must not arrive after the end.
  await started?.stop();
  const flushed = await quietly(flushSpool(deliveryContext(input), waiting));
  for (const { report, reason } of flushed?.failed ?? []) if ('alert' in report) sayLater(reason);
  for (const problem of flushed?.problems ?? []) process.stderr.write(`rota-run: ${problem}\n`);
}

function sayLater(reason: string): void {
  process.stderr.write(`rota-run: ${reason} It is tried again later.\n`);
}

/** While the job runs: through the spool too, since the runner may be killed meanwhile. Answers those that were not taken. */
function alertNow(input: RunJobInput, record: RunRecord, news: AlertNews, output: string): Promise<readonly WaitingReport[]> {
  const reports = alertReports(input.launch, record, news, output);
  return deliverAll(
    input,
    reports.map((report) => keep(input, report)),
  );
}

/** A full disk keeps nobody from being told. */
function keep({ files, place }: RunJobInput, report: Report): WaitingReport {
  try {
    return spoolReport(files, place.layout, report, Date.now());
  } catch {
    return { path: null, report };
  }
}

/** Of alerts that were not taken: those that the spool had no room for may find it now. */
function keepAgain(input: RunJobInput, waiting: readonly WaitingReport[]): void {
  for (const { path, report } of waiting) {
    if (path !== null || keep(input, report).path !== null) continue;
    const { tenant, job_name: name } = report.message;
    process.stderr.write(`rota-run: An alert of ${tenant}/${name} is lost: nobody took it, and the spool cannot be written.\n`);
  }
}

/** Answers those that were not taken. */
async function deliverAll(input: RunJobInput, waiting: readonly WaitingReport[]): Promise<readonly WaitingReport[]> {
  const results = await Promise.all(waiting.map(async (one) => ({ one, result: await deliver(deliveryContext(input), one) })));
  return results.flatMap(({ one, result }) => {
    if (!result.ok) sayLater(result.reason);
    return result.ok ? [] : [one];
  });
}

/** Whether it has arrived. */
async function sendNow(input: RunJobInput, record: RunRecord, status: CheckinStatus, output: string): Promise<boolean> {
  if (input.launch.checkin?.url === undefined) return true;
  const report = checkinReport(input.launch, record, status, output);
  return (await deliver(deliveryContext(input), { path: null, report })).ok;
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
