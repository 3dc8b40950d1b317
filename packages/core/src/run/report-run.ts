import type { LaunchFile } from '../backend/launch-file.ts';
import type { Admission } from './admit-run.ts';
import type { AlertMessage } from './alert-message.ts';
import { captureWith } from './capture-output.ts';
import type { CheckinStatus } from './checkin-message.ts';
import { type DeliveryContext, deliver, flushSpool, sendCheckin } from './deliver-checkin.ts';
import type { Claim } from './job-state.ts';
import { prepareRun } from './prepare-run.ts';
import type { RunJobInput } from './run-job-input.ts';
import type { RunRecord } from './run-record.ts';
import { sendAlert } from './send-alert.ts';
import { checkinEntry, type SpooledEnd } from './spool-end.ts';

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
    pending.push(quietly(alert(input, record, 'missed', `${admission.missed} fire times before this run were missed.`, '')));
  }
  const limitMs = checkin?.timeoutMs ?? launch.timeoutMs;
  if (limitMs === null) return { pending, timer: undefined };
  const timer = setTimeout(
    () => {
      const late: RunRecord = { ...record, durationMs: limitMs };
      if (checkin !== null) pending.push(quietly(sendNow(input, late, 'timeout', tail())));
      pending.push(quietly(alert(input, late, 'late', `It has been running for more than ${limitMs / 1000} s.`, tail())));
    },
    Math.min(limitMs, 2 ** 31 - 1),
  );
  return { pending, timer };
}

/** What is left to tell when a run has ended, or when this runner has none. */
export interface EndReport {
  readonly admission: Admission;
  /** `null` when nothing ran. */
  readonly record: RunRecord | null;
  readonly output: string;
  readonly started: StartedReport | null;
  /** Check-ins that are in the spool and are ours to deliver. */
  readonly spooled: readonly SpooledEnd[];
}

/** Tells of the end, after everything is recorded: nobody waits for it but the runner itself, for a bounded time. */
export async function reportEnd(input: RunJobInput, { admission, record, output, started, spooled }: EndReport): Promise<void> {
  clearTimeout(started?.timer);
  const context = deliveryContext(input);
  const deliverAll = async (): Promise<void> => {
    // The start must not arrive after the end.
    await Promise.all(started?.pending ?? []);
    const away: SpooledEnd['entry']['checkin'][] = [];
    for (const { path, entry } of spooled) if (!(await deliver(context, path, entry)).ok) away.push(entry.checkin);
    await flushSpool(context, away);
  };
  const alerts = [alertFound(input, admission), record === null ? null : alertEnd(input, admission, record, output)];
  await Promise.all([quietly(deliverAll()), ...alerts.map((work) => (work === null ? null : quietly(work)))]);
}

/** What was found on the way to the run: runs that were interrupted, a fire time that came too late. */
async function alertFound(input: RunJobInput, { recorded }: Admission): Promise<void> {
  for (const record of recorded) {
    const reason = record.reason ?? '';
    if (record.status === 'interrupted') await alert(input, record, 'failure', reason, '');
    else if (record.status === 'skipped' && record.trigger === 'catch-up') {
      await alert(input, record, 'missed', `A fire time was missed. ${reason}`, '');
    }
  }
}

async function alertEnd(input: RunJobInput, admission: Admission, record: RunRecord, output: string): Promise<void> {
  if (record.status === 'success') {
    if (admission.failingBefore) await alert(input, record, 'recovery', 'It ended well again.', '');
  } else if (record.status !== 'skipped' && record.status !== 'cancelled') {
    const how = record.reason ?? (record.signal === null ? `exit status ${record.exitCode}` : `ended by ${record.signal}`);
    await alert(input, record, 'failure', `It ended in ${record.status}: ${how}`, output);
  }
}

async function alert(
  input: RunJobInput,
  record: RunRecord,
  event: AlertMessage['event'],
  text: string,
  output: string,
): Promise<void> {
  const { launch } = input;
  if (launch.alerts === null || !launch.alerts.on.includes(event)) return;
  const { resolver, env } = prepareRun(input, record);
  const message: AlertMessage = {
    event,
    tenant: launch.tenant,
    job_name: launch.name,
    host: launch.hostname,
    run_id: record.runId,
    status: event === 'late' || event === 'missed' ? null : record.status,
    exit_code: record.exitCode,
    scheduled_at: record.scheduledAt,
    text,
    output,
    about: launch.about ?? {},
  };
  for (const problem of await sendAlert({ launch, resolver, env }, message)) process.stderr.write(`rota-run: ${problem}\n`);
}

function sendNow(input: RunJobInput, record: RunRecord, status: CheckinStatus, output: string): Promise<unknown> {
  if (input.launch.checkin?.url === undefined) return Promise.resolve();
  return sendCheckin(deliveryContext(input), checkinEntry(input.launch, record, status, output));
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
async function quietly(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    process.stderr.write(`rota-run: a report failed: ${error instanceof Error ? error.message : error}\n`);
  }
}
