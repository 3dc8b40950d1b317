import type { Backend } from '../backend/backend.ts';
import type { Host } from '../host/host.ts';
import type { PlannedEntry } from '../plan/plan.ts';
import { outputFolder } from '../run/attempt/output-log.ts';
import { namespaceLayout } from '../state/layout.ts';
import { outputReader } from './output-reader.ts';
import { readLogs } from './read-logs.ts';

/** Which output to follow. */
export interface FollowLogsOptions {
  /** How much of what is there already comes first. @default 10 */
  readonly lines?: number | undefined;
  /** Ends the following. */
  readonly signal?: AbortSignal | undefined;
}

const pollMs = 250;
/** Of the scheduler's own log, which is asked anew each time. */
const windowLines = 1000;

/** What an installed job writes, as it comes, over this run and those to come. Ends when the signal aborts. @throws as {@link readLogs} */
export async function* followLogs(
  host: Host,
  backends: readonly Backend[],
  namespace: string,
  entry: PlannedEntry,
  { lines = 10, signal }: FollowLogsOptions = {},
): AsyncGenerator<string> {
  const folder = outputFolder(namespaceLayout(host.stateDir, namespace), entry);
  const next =
    entry.launchFile === null ? schedulersLog(host, backends, namespace, entry, lines) : outputReader(host.files, folder);
  if (entry.launchFile !== null) {
    const text = await readLogs(host, backends, namespace, entry, { lines });
    if (text !== '') yield text.endsWith('\n') ? text : `${text}\n`;
  }
  while (signal?.aborted !== true) {
    const text = await next();
    if (text !== '') yield text;
    await host.sleep(pollMs, signal);
  }
}

/** The lines that were not there at the last look, at first the last few. */
function schedulersLog(
  host: Host,
  backends: readonly Backend[],
  namespace: string,
  entry: PlannedEntry,
  lines: number,
): () => Promise<string> {
  let known: readonly string[] | undefined;
  return async () => {
    const text = await readLogs(host, backends, namespace, entry, { lines: windowLines });
    const found = text.split('\n').filter((line) => line !== '');
    const fresh = known === undefined ? found.slice(-lines) : found.slice(overlap(known, found));
    known = found;
    return fresh.map((line) => `${line}\n`).join('');
  };
}

/** How many lines at the end of `before` are those at the beginning of `after`. */
function overlap(before: readonly string[], after: readonly string[]): number {
  for (let count = Math.min(before.length, after.length); count > 0; count--) {
    const from = before.length - count;
    if (after.slice(0, count).every((line, index) => line === before[from + index])) return count;
  }
  return 0;
}
