import { timeLimit } from '../host/time-limit.ts';
import { printJobKey } from '../job/job-key.ts';
import { goesOn, skippedRecord } from '../run/admit/admit-run.ts';
import { appendRecord } from '../run/record/append-record.ts';
import { instantText } from '../run/record/instant-text.ts';
import type { RunRecord } from '../run/record/run-record.ts';
import { namespaceLayout } from '../state/layout.ts';
import { liveClaims } from './live-claims.ts';
import type { RunByHandInput } from './run-by-hand-input.ts';

const pollMs = 100;
/** What a scheduler calls running may be no more than the end of a run: its record is written, or its reports are under way. */
const endMs = { native: 1_000, reports: 60_000 };

/**
 * A scheduler that never runs a job twice at the same time drops a start that comes during a run (systemd.unit(5): the two jobs are merged; Task
 * Scheduler: IgnoreNew), without a word. So it is asked before: a run that is about to end is waited for; one that goes on has the start skipped, as
 * the runner does it elsewhere, or waited for under `queue`.
 *
 * @returns the record of the skipped run, or `null` when the job may be started
 */
export async function untilStartable(input: RunByHandInput): Promise<RunRecord | null> {
  const { host, backend, namespace, entry, wait, signal } = input;
  const { policy } = entry.job.concurrency;
  if (backend.startCommand === undefined || backend.state === undefined) return null;
  if (policy === 'allow' || policy === 'replace') return null;
  const began = host.now();
  const mayHaveEnded = { native: timeLimit(host, endMs.native), reports: timeLimit(host, endMs.reports) };
  while (!signal?.aborted) {
    const state = (await backend.state(host, namespace, [entry])).get(printJobKey(entry));
    if (!state?.running) return null;
    const [claim] = liveClaims(host, namespace, entry);
    const waited = { native: mayHaveEnded.native(), reports: mayHaveEnded.reports() };
    let reason: string | null = null;
    if (claim !== undefined) reason = goesOn(claim);
    else if (entry.launchFile === null && waited.native)
      reason = goesOn({ startedAt: instantText(state.lastStart ?? began / 1000) });
    else if (waited.reports) reason = 'The run before it has ended, but its reports are still under way.';
    if (reason !== null && policy !== 'queue') return skip(input, reason);
    if (reason !== null && !wait) return skip(input, `${reason} Only a start that is waited for can follow it.`);
    await host.sleep(pollMs, signal);
  }
  return null;
}

function skip({ host, namespace, entry }: RunByHandInput, reason: string): RunRecord {
  const { tenant, name, backend } = entry;
  const record = skippedRecord({ launch: { tenant, name, backend }, nowMs: host.now() }, null, 'manual', reason);
  appendRecord(host.files, namespaceLayout(host.stateDir, namespace), record);
  return record;
}
