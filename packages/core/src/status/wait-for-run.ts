import { RotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import { printJobKey } from '../job/job-key.ts';
import type { RunRecord } from '../run/run-record.ts';
import { readHistory } from './read-history.ts';
import { readInstalled } from './read-installed.ts';

/** Which run counts, and how long to wait for it. */
export interface WaitForRunOptions {
  /** Milliseconds since the epoch; only a run that began at or after it counts. @default now */
  readonly after?: number | undefined;
  /** Runs that do not count: those that had their record before. @default none */
  readonly except?: ReadonlySet<string> | undefined;
  /** @default 600000 */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How often the history is looked at, in milliseconds. */
const pollMs = 200;

/** The first run of a job that begins after an instant, once it has ended. @throws ROTA_WAIT_TIMEOUT, ROTA_JOB_UNKNOWN */
export async function waitForRun(
  host: Host,
  namespace: string,
  job: string,
  options: WaitForRunOptions = {},
): Promise<RunRecord> {
  const [entry] = readInstalled(host, namespace, { job });
  const name = entry === undefined ? job : printJobKey(entry);
  const after = options.after ?? host.now();
  const deadline = host.now() + (options.timeoutMs ?? 600_000);
  for (;;) {
    // A record of a second's precision may seem to begin before the instant that asked for it.
    const runs = readHistory(host, namespace, { job: name, since: Math.floor(after / 1000) });
    const run = runs
      .filter(({ runId, startedAt }) => Date.parse(startedAt) >= Math.floor(after / 1000) * 1000 && !options.except?.has(runId))
      .at(-1);
    if (run !== undefined) return run;
    if (host.now() >= deadline || options.signal?.aborted) {
      throw new RotaError(
        'ROTA_WAIT_TIMEOUT',
        `No run of ${name} has ended within ${Math.round((options.timeoutMs ?? 600_000) / 1000)} s.`,
        {
          suggestions: [`rota status ${name} says when it is due; rota logs ${name} shows what it wrote.`],
        },
      );
    }
    await host.sleep(pollMs, options.signal);
  }
}
