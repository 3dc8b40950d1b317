import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import { type RunnerLine, watcherFile } from '../run/tell/tell-watchers.ts';
import type { RotaEvents } from '../state/events.ts';
import { namespaceLayout } from '../state/layout.ts';
import { isAlive } from '../state/process-identity.ts';
import { readHistory } from './read-history.ts';

/** What to watch for. */
export interface WatchOptions {
  /** Tell what jobs write, too. @default false */
  readonly output?: boolean | undefined;
}

const lookEveryMs = 100;
/** After so many bytes a new file is begun, so that watching for months fills no disk. */
const renewBytes = 2 ** 20;
const looksAfterwards = 5;

/**
 * Emits what runs of a namespace do, whoever starts them, until the function that it answers is called; that one resolves when all that came before is told.
 * Runners tell by appending to a file of this watcher; the end of a run is read from the records, which jobs that run without the runner have too.
 */
export function watchRuns(
  host: Host,
  namespace: string,
  events: Pick<RotaEvents, 'emit'>,
  { output = false }: WatchOptions = {},
): () => Promise<void> {
  const { files } = host;
  const { watch, runs } = namespaceLayout(host.stateDir, namespace);
  files.makeFolder(watch);
  removeAbandoned(host, watch);
  const own = `${process.pid}-${randomBytes(4).toString('hex')}`;
  const fileOf = (number: number): string => join(watch, `${own}.${number}${output ? '.output' : ''}.jsonl`);
  /** The files that are read, the one that is appended to last; how far each is read, and how often it was looked at since another followed it. */
  const open = [{ number: 0, at: 0, looks: 0 }];
  files.write(fileOf(0), '');
  const told = new Set(readHistory(host, namespace, { limit: 1000 }).map(({ runId }) => runId));
  let since = Math.floor(host.now() / 1000);
  let recordBytes = bytesOf(host, runs);

  const tellLines = (one: { readonly number: number; at: number }): void => {
    const path = fileOf(one.number);
    if ((files.facts(path)?.size ?? 0) <= one.at) return;
    const bytes = files.readBytes(path)?.subarray(one.at) ?? new Uint8Array();
    const whole = bytes.lastIndexOf(0x0a) + 1;
    one.at += whole;
    for (const line of new TextDecoder().decode(bytes.subarray(0, whole)).split('\n')) {
      const parsed = parseLine(line);
      if (parsed !== undefined) events.emit(parsed.event, parsed.payload);
    }
  };
  const tellRecords = (): void => {
    const bytes = bytesOf(host, runs);
    if (bytes === recordBytes) return;
    recordBytes = bytes;
    // The clock may be set back meanwhile.
    since = Math.min(since, Math.floor(host.now() / 1000));
    const records = readHistory(host, namespace, { since: since - 1 }).toReversed();
    for (const { tenant, name, runId, status } of records) {
      if (told.has(runId)) continue;
      told.add(runId);
      events.emit('run:end', { tenant, name, runId, status });
    }
  };
  const look = (): void => {
    for (const one of open) tellLines(one);
    tellRecords();
    // A runner may have chosen the older file just before there was a newer one.
    for (const one of open.slice(0, -1)) {
      one.looks += 1;
      if (one.looks < looksAfterwards) continue;
      files.remove(fileOf(one.number));
      open.splice(open.indexOf(one), 1);
    }
    const last = open.at(-1);
    if (last === undefined || last.at < renewBytes) return;
    files.write(fileOf(last.number + 1), '');
    open.push({ number: last.number + 1, at: 0, looks: 0 });
  };

  const stop = new AbortController();
  const watching = (async () => {
    while (!stop.signal.aborted) {
      look();
      await host.sleep(lookEveryMs, stop.signal);
    }
    look();
  })().finally(() => {
    for (const { number } of open) files.remove(fileOf(number));
  });
  // Told to whoever stops it; until then nothing is unhandled.
  watching.catch(() => undefined);
  return async () => {
    stop.abort();
    await watching;
  };
}

/** Grows with every record. */
function bytesOf({ files }: Host, folder: string): number {
  return files.list(folder).reduce((sum, name) => sum + (files.facts(join(folder, name))?.size ?? 0), 0);
}

/** Files of watchers that were killed. */
function removeAbandoned({ files }: Host, folder: string): void {
  for (const name of files.list(folder)) {
    const pid = Number.parseInt(name, 10);
    if (watcherFile.test(name) && !isAlive(files, { pid, startTicks: null, bootId: null })) files.remove(join(folder, name));
  }
}

function parseLine(line: string): RunnerLine | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRunnerLine(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The runner of this state folder wrote it: of one shape with this code, or of an older one, which told less. */
function isRunnerLine(value: unknown): value is RunnerLine {
  return (
    typeof value === 'object' && value !== null && 'event' in value && 'payload' in value && typeof value.payload === 'object'
  );
}
