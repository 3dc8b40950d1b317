import { RotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import { timeLimit } from '../host/time-limit.ts';
import { printJobKey } from '../job/job-key.ts';
import type { RunRecord } from '../run/record/run-record.ts';
import { liveClaims } from './live-claims.ts';
import { readHistory } from './read-history.ts';
import { readInstalled } from './read-installed.ts';

/** Which run counts, and how long to wait for it. */
export interface WaitForRunOptions {
  /** Milliseconds since the epoch; only a run that began at or after it counts. @default now */
  readonly after?: number | undefined;
  /** @default 600000 */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How often the history is looked at, in milliseconds. */
const pollMs = 200;

/** A runner gives up its claim right after it has written the record, so this is looked at more often. */
const claimPollMs = 5;

/**
 * The first run of a job that begins after an instant, once it has ended and its runner has given up the job: another run of it may begin at once.
 *
 * @throws ROTA_WAIT_TIMEOUT, ROTA_JOB_UNKNOWN
 */
export async function waitForRun(
  host: Host,
  namespace: string,
  job: string,
  options: WaitForRunOptions = {},
): Promise<RunRecord> {
  const [entry] = readInstalled(host, namespace, { job });
  const name = entry === undefined ? job : printJobKey(entry);
  const after = options.after ?? host.now();
  const waitedEnough = timeLimit(host, options.timeoutMs ?? 600_000);
  const known = new Set(readHistory(host, namespace, { job: name }).map(({ runId }) => runId));
  let since = after;
  let seen = host.now();
  for (;;) {
    // A record of a second's precision may seem to begin before the instant that asked for it.
    const from = Math.floor(since / 1000);
    const runs = readHistory(host, namespace, { job: name, since: from });
    // The clock may be set back meanwhile: then what was there before does not count.
    const counts = ({ runId, startedAt }: RunRecord): boolean =>
      Date.parse(startedAt) >= (known.has(runId) ? Math.floor(after / 1000) : from) * 1000;
    const run = runs.findLast(counts);
    if (run !== undefined) {
      await claimGivenUp(host, namespace, run, options.signal);
      return run;
    }
    if (options.signal?.aborted) throw waitInterrupted(name);
    if (waitedEnough()) {
      throw new RotaError(
        'ROTA_WAIT_TIMEOUT',
        `No run of ${name} has ended within ${Math.round((options.timeoutMs ?? 600_000) / 1000)} s.`,
        {
          suggestions: [`rota status ${name} says when it is due; rota logs ${name} shows what it wrote.`],
        },
      );
    }
    await host.sleep(pollMs, options.signal);
    const present = host.now();
    if (present < seen) since = Math.min(since, present);
    seen = present;
  }
}

/** What ends a wait for a job's run when its signal does. */
export function waitInterrupted(job: string): RotaError {
  return new RotaError('ROTA_WAIT_TIMEOUT', `The wait for the end of ${job} was interrupted; the job was not.`, {
    suggestions: [`rota status ${job} says how it stands; rota logs ${job} shows what it wrote.`],
  });
}

async function claimGivenUp(host: Host, namespace: string, run: RunRecord, signal: AbortSignal | undefined): Promise<void> {
  const held = () => liveClaims(host, namespace, run).some(({ runId, phase }) => runId === run.runId && phase !== 'orphaned');
  while (held() && !signal?.aborted) await host.sleep(claimPollMs, signal);
}
