import { RotaError } from '../errors/rota-error.ts';
import { timeLimit } from '../host/time-limit.ts';
import { printJobKey } from '../job/job-key.ts';
import { readRecords } from '../run/record/read-records.ts';
import type { RunRecord } from '../run/record/run-record.ts';
import { startJob } from '../run/start-job.ts';
import { namespaceLayout } from '../state/layout.ts';
import { liveClaims } from './live-claims.ts';
import { readHistory } from './read-history.ts';
import type { RunByHandInput } from './run-by-hand-input.ts';
import { untilStartable } from './until-startable.ts';
import { waitInterrupted } from './wait-for-run.ts';

/** How often the history is looked at, in milliseconds. */
const pollMs = 200;
/** A runner gives up its claim right after it has written the record, so this is looked at more often. */
const claimPollMs = 5;
/** How often the scheduler is asked: for some of them that is a process of its own. */
const askMs = 2000;
/** A start that nothing was seen of for this long has failed without a word. */
const lostMs = 15_000;
const mostKnown = 1_000;

/**
 * Starts a job for a person. Answers the record of that run, also of one that was skipped because another goes on; `null` when it was started and
 * is not waited for. Every end comes in bounded time after the job's own.
 *
 * @throws ROTA_COMMAND_FAILED when the scheduler does not start it, ROTA_WAIT_TIMEOUT when the signal ends the wait.
 */
export async function runByHand(input: RunByHandInput): Promise<RunRecord | null> {
  const { host, backend, namespace, entry, wait } = input;
  const skipped = await untilStartable(input);
  if (skipped !== null) return skipped;
  const after = Math.floor(host.now() / 1000);
  const runs = new Set([...knownRuns(input), ...liveClaims(host, namespace, entry)].map(({ runId }) => runId));
  await startJob({ host, backend, namespace, launchFile: entry.launchFile, job: entry });
  return wait ? await recordOfStart(input, { after, runs }) : null;
}

interface Before {
  /** Whole seconds, which is as precise as some records are. */
  readonly after: number;
  /** Runs that had their record, or their claim, and are therefore not the one that was asked for. */
  readonly runs: ReadonlySet<string>;
}

async function recordOfStart(input: RunByHandInput, before: Before): Promise<RunRecord> {
  const { host, namespace, entry, signal } = input;
  const native = entry.launchFile === null;
  let own: string | undefined;
  let lostNow = timeLimit(host, lostMs);
  let askNow = timeLimit(host, askMs);
  let { after } = before;
  for (;;) {
    // The clock may be set back meanwhile.
    after = Math.min(after, Math.floor(host.now() / 1000));
    const fresh = recordsSince(input, after).filter(
      ({ runId, startedAt }) => !before.runs.has(runId) && Date.parse(startedAt) >= after * 1000,
    );
    const claims = liveClaims(host, namespace, entry);
    own ??= asked(
      [...fresh.filter((record) => counts(record, native)), ...claims].filter(({ runId }) => !before.runs.has(runId)),
    );
    const lost = lostNow();
    const record = fresh.find(({ runId }) => runId === own) ?? (lost ? fresh.at(-1) : undefined);
    if (record !== undefined && !claims.some(({ runId }) => runId === record.runId)) return record;
    if (signal?.aborted) throw waitInterrupted(printJobKey(entry));
    if (lost) throw neverCame(input);
    if (claims.length > 0) lostNow = timeLimit(host, lostMs);
    else if (askNow()) {
      askNow = timeLimit(host, askMs);
      if (await runsNatively(input)) lostNow = timeLimit(host, lostMs);
    }
    await host.sleep(record === undefined ? pollMs : claimPollMs, signal);
  }
}

/**
 * Of the runs that have begun or ended since it was asked for, the one that was: the first. A fire time may come due just now, and another person may ask
 * while ours goes on, whose run then stands beside it, takes its place or is skipped: what they are answered is not for us.
 */
function asked(runs: readonly Pick<RunRecord, 'runId' | 'trigger' | 'startedAt'>[]): string | undefined {
  const [first] = runs
    .filter(({ trigger }) => byHand(trigger))
    .sort((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt) || (a.runId < b.runId ? -1 : 1));
  return first?.runId;
}

/** A run without the runner is never skipped once it is started. */
const counts = ({ status }: RunRecord, native: boolean): boolean => !(native && status === 'skipped');

const byHand = (trigger: RunRecord['trigger']): boolean => trigger === 'manual' || trigger === 'event';

function recordsSince({ host, namespace, entry }: RunByHandInput, since: number): readonly RunRecord[] {
  return readHistory(host, namespace, { job: printJobKey(entry), since });
}

/** The latest runs of the job, whatever the clock said then. */
function* knownRuns({ host, namespace, entry }: RunByHandInput): Generator<RunRecord> {
  let left = mostKnown;
  for (const record of readRecords(namespaceLayout(host.stateDir, namespace), { only: new Set([printJobKey(entry)]) })) {
    yield record;
    left -= 1;
    if (left === 0) return;
  }
}

async function runsNatively({ host, backend, namespace, entry }: RunByHandInput): Promise<boolean> {
  const state = (await backend.state?.(host, namespace, [entry]))?.get(printJobKey(entry));
  if (state?.failure !== undefined && !state.running)
    throw new RotaError('ROTA_COMMAND_FAILED', `${printJobKey(entry)} was not run: ${state.failure}.`);
  return state?.running === true;
}

function neverCame({ backend, entry }: RunByHandInput): RotaError {
  const job = printJobKey(entry);
  return new RotaError('ROTA_COMMAND_FAILED', `${backend.name} was told to start ${job}, but no run of it was recorded.`, {
    suggestions: [`\`rota doctor\` says what keeps jobs from running here; rota logs ${job} shows what it wrote.`],
  });
}
