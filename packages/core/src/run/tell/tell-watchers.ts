import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Files } from '../../host/files.ts';
import type { RotaEventMap } from '../../state/events.ts';
import type { NamespaceLayout } from '../../state/layout.ts';

/** What runners tell while they work. How a run ended is in its record. */
export type RunnerEvent = 'run:start' | 'run:output' | 'run:retry' | 'checkin:sent' | 'checkin:spooled' | 'alert';

/** A line of a watcher's file. */
export type RunnerLine = { readonly [E in RunnerEvent]: { readonly event: E; readonly payload: RotaEventMap[E] } }[RunnerEvent];

/**
 * Who watches makes a file of this name in the namespace's `watch` folder: `PID-HEX.NUMBER.jsonl`, or `PID-HEX.NUMBER.output.jsonl` to be told what jobs
 * write, too. Of the files of one watcher, that with the highest number counts.
 */
export const watcherFile = /^(\d+-[0-9a-f]+)\.(\d+)(\.output)?\.jsonl$/;

/** A watcher that reads no more is told no more. */
const mostBytes = 32 * 2 ** 20;

type WatchFolder = Pick<NamespaceLayout, 'watch'>;

/**
 * Tells all who watch. Nobody does, most of the time: then it costs one look for a folder that is not there. It never fails and nothing waits for it: a full
 * disk, or a watcher that has just gone, changes no run.
 */
export function tellWatchers<E extends RunnerEvent>(
  files: Pick<Files, 'list'>,
  { watch }: WatchFolder,
  event: E,
  payload: RotaEventMap[E],
): void {
  const names = newestFiles(files.list(watch), event === 'run:output');
  if (names.length === 0) return;
  const line = `${JSON.stringify({ event, payload })}\n`;
  for (const name of names) {
    if (append(join(watch, name), line)) continue;
    // It has just begun another file, or has gone.
    const [, watcher] = watcherFile.exec(name) ?? [];
    const next = newestFiles(files.list(watch), event === 'run:output').find((other) => other.startsWith(`${watcher}.`));
    if (next !== undefined && next !== name) append(join(watch, next), line);
  }
}

/** Whether anybody wants to know what jobs write. */
export function outputIsWatched(files: Pick<Files, 'list'>, { watch }: WatchFolder): boolean {
  return files.list(watch).some((name) => watcherFile.exec(name)?.[3] !== undefined);
}

function newestFiles(names: readonly string[], withOutput: boolean): readonly string[] {
  const newest = new Map<string, { readonly name: string; readonly number: number }>();
  for (const name of names) {
    const [, watcher, number, output] = watcherFile.exec(name) ?? [];
    if (watcher === undefined || (withOutput && output === undefined)) continue;
    if (Number(number) > (newest.get(watcher)?.number ?? -1)) newest.set(watcher, { name, number: Number(number) });
  }
  return [...newest.values()].map(({ name }) => name);
}

/** False where the file is gone. */
function append(path: string, line: string): boolean {
  let file: number | undefined;
  try {
    // Not made anew: who watched has removed it.
    file = openSync(path, constants.O_WRONLY | constants.O_APPEND);
    if (fstatSync(file).size < mostBytes) writeSync(file, line);
    return true;
  } catch {
    // A full disk: nobody misses it, for nothing is known from it alone.
    return file !== undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
