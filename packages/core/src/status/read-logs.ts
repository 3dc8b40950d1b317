import { join } from 'node:path';
import type { Backend } from '../backend/backend.ts';
import { RotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import { printJobKey } from '../job/job-key.ts';
import type { PlannedEntry } from '../plan/plan.ts';
import { outputFolder } from '../run/attempt/output-log.ts';
import { namespaceLayout } from '../state/layout.ts';
import { readHistory } from './read-history.ts';

/** How much of the output, and of which run. */
export interface ReadLogsOptions {
  /** At most this many, the last ones. @default 100 */
  readonly lines?: number | undefined;
  /** Of this run only. */
  readonly runId?: string | undefined;
}

/**
 * What an installed job wrote, the end of it: from the runner's output files, or from the scheduler's own log where the scheduler starts the job.
 *
 * @throws ROTA_LOGS_UNAVAILABLE with the remedy when the scheduler keeps none that this user can read.
 */
export async function readLogs(
  host: Host,
  backends: readonly Backend[],
  namespace: string,
  entry: PlannedEntry,
  options: ReadLogsOptions = {},
): Promise<string> {
  const lines = options.lines ?? 100;
  if (entry.launchFile !== null) return lastLines(runnerOutput(host, namespace, entry, options.runId, lines), lines);
  const backend = backends.find((candidate) => candidate.name === entry.backend);
  if (backend?.logs !== undefined)
    return backend.logs(host, namespace, entry, { lines, ...(options.runId === undefined ? {} : { runId: options.runId }) });
  throw new RotaError('ROTA_LOGS_UNAVAILABLE', `${entry.backend} keeps no output of the jobs that it starts itself.`);
}

/** The output files of the newest runs, oldest of them first, as many as it takes. */
function runnerOutput(host: Host, namespace: string, entry: PlannedEntry, runId: string | undefined, lines: number): string {
  const layout = namespaceLayout(host.stateDir, namespace);
  const folder = outputFolder(layout, entry);
  const ids =
    runId === undefined
      ? readHistory(host, namespace, { job: printJobKey(entry), limit: 20 }).map((record) => record.runId)
      : [runId];
  const unfinished = runId === undefined ? unrecorded(host.files.list(folder), new Set(ids)) : [];
  let text = '';
  for (const id of [...unfinished, ...ids]) {
    const parts = [`${id}.log.1`, `${id}.log`].map((name) => host.files.readText(join(folder, name)) ?? '');
    text = parts.join('') + text;
    if (text.split('\n').length > lines) break;
  }
  return text;
}

/** Runs that have output and no record yet: they still run. */
function unrecorded(names: readonly string[], recorded: ReadonlySet<string>): string[] {
  const ids = new Set(names.map((name) => name.replace(/\.log(\.1)?$/, '')));
  return [...ids]
    .filter((id) => !recorded.has(id))
    .sort()
    .reverse()
    .slice(0, 1);
}

function lastLines(text: string, lines: number): string {
  const all = text.split('\n');
  const end = all.at(-1) === '' ? all.length - 1 : all.length;
  return all.slice(Math.max(0, end - lines)).join('\n');
}
