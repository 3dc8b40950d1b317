import { closeSync, mkdirSync, openSync, readdirSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { LaunchFile } from '../../backend/launch-file.ts';
import { retryWhileLocked, retryWhileOpen } from '../../host/retry-while-open.ts';
import type { NamespaceLayout } from '../../state/layout.ts';
import { newRunId } from '../record/run-id.ts';

/** Where the output of one run goes. Losing output, as on a full disk, never disturbs the job. */
export interface OutputLog {
  write(bytes: Buffer): void;
  /** The last bytes, at most `tailBytes`, as text. */
  tail(): string;
  /** Answers in words what could not be kept, or `null`. */
  close(): string | null;
}

/** What check-ins and alerts carry. */
const tailBytes = 10_000;

export function outputFolder(layout: NamespaceLayout, key: Pick<LaunchFile, 'tenant' | 'name'>): string {
  return join(layout.output, `${key.tenant}.${key.name}`);
}

/**
 * `<run id>.log`, made with the first byte. When half of `maxBytes` is reached, it becomes `<run id>.log.1` in place of an older one, so that
 * between one and two halves are kept, always the latest. Of earlier runs the newest `keep` - 1 stay.
 */
export function openOutputLog(folder: string, runId: string, { maxBytes, keep }: LaunchFile['output']): OutputLog {
  const path = join(folder, `${runId}.log`);
  const half = Math.max(1, Math.floor(maxBytes / 2));
  const recent: Buffer[] = [];
  let recentBytes = 0;
  let file: number | undefined;
  let size = 0;
  let lost = 0;
  let lostSince = 0;
  let problem: string | null = null;

  const remember = (bytes: Buffer): void => {
    recent.push(bytes);
    recentBytes += bytes.length;
    while (recentBytes - (recent[0]?.length ?? 0) >= tailBytes) recentBytes -= recent.shift()?.length ?? 0;
  };

  /** As much as the disk takes; tried anew with what comes next, for it may have room again. */
  const store = (bytes: Buffer): void => {
    let at = 0;
    try {
      if (lostSince > 0) {
        put(Buffer.from(`\nrota: ${lostSince} bytes are missing here: ${problem}\n`));
        lostSince = 0;
      }
      while (at < bytes.length) at += put(bytes.subarray(at));
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
      lost += bytes.length - at;
      lostSince += bytes.length - at;
    }
  };

  const put = (bytes: Buffer): number => {
    if (file === undefined) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      file = retryWhileLocked(() => openSync(path, 'a', 0o600));
    }
    const written = writeSync(file, bytes, 0, Math.min(bytes.length, Math.max(1, half - size)));
    size += written;
    if (size >= half) {
      closeSync(file);
      file = undefined;
      size = 0;
      retryWhileOpen(() => renameSync(path, `${path}.1`));
    }
    return written;
  };

  return {
    write(bytes) {
      if (bytes.length === 0) return;
      remember(bytes);
      store(bytes);
    },
    tail() {
      const text = Buffer.concat(recent).subarray(-tailBytes).toString('utf8');
      // The cut may be in the middle of a character.
      return recentBytes > tailBytes ? text.replace(/^\uFFFD+/, '') : text;
    },
    close() {
      if (lostSince > 0) store(Buffer.alloc(0));
      try {
        if (file !== undefined) closeSync(file);
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error);
      }
      file = undefined;
      dropOlder(folder, runId, keep);
      return problem === null ? null : `${lost} bytes of its output could not be kept: ${problem}`;
    },
  };
}

const byAge =
  (nextMinute: string) =>
  (a: string, b: string): number =>
    Number(a < nextMinute) - Number(b < nextMinute) || (a < b ? -1 : 1);

/**
 * Run ids begin with their time, so that names sort by age. Those of a time that is still to come are from before the clock was set back, and count as
 * the oldest.
 */
function dropOlder(folder: string, runId: string, keep: number): void {
  try {
    const names = readdirSync(folder);
    const ids = [...new Set(names.map((name) => name.replace(/\.log(\.1)?$/, '')))]
      .filter((id) => id !== runId)
      .sort(byAge(newRunId(Date.now() + 60_000)));
    const dropped = new Set(ids.slice(0, Math.max(0, ids.length - Math.max(0, keep - 1))));
    for (const name of names) if (dropped.has(name.replace(/\.log(\.1)?$/, ''))) unlinkSync(join(folder, name));
  } catch {
    // no output yet, or another runner drops them at the same time
  }
}
