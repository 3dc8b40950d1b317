import { join } from 'node:path';
import type { Files } from '../../host/files.ts';
import type { NamespaceLayout } from '../../state/layout.ts';
import { recordFiles } from './read-records.ts';

/** What is kept of a namespace's history. */
export interface Retention {
  /** @default 365 */
  readonly maxAgeDays?: number;
  /** @default 100000 */
  readonly maxRecords?: number;
  /** @default 67108864 */
  readonly maxBytes?: number;
}

/**
 * Drops the oldest record files, each whole, until the rest keeps to the limits, but never the file that is written now: no file is ever
 * rewritten, so no record that is being appended can be lost. The limits therefore hold to within one file of at most 4 MiB. Of what is too old, one month
 * goes at a time: a clock that is years ahead for a moment costs a month of history, not all of it.
 *
 * @returns the names of the files that were dropped
 */
export function retainRuns(
  files: Pick<Files, 'facts' | 'readText' | 'remove'>,
  layout: NamespaceLayout,
  { maxAgeDays = 365, maxRecords = 100_000, maxBytes = 64 * 1024 * 1024 }: Retention,
  nowMs: number,
): readonly string[] {
  const oldest = new Date(nowMs - maxAgeDays * 86_400_000).toISOString().slice(0, 7);
  const thisMonth = new Date(nowMs).toISOString().slice(0, 7);
  const names = recordFiles(layout);
  const current = names.find((name) => /^\d{4}-\d{2}\.jsonl$/.test(name));
  const oldestKept = names.at(-1)?.slice(0, 7);
  const dropped: string[] = [];
  let bytes = 0;
  let records = 0;
  for (const name of names) {
    const path = join(layout.runs, name);
    const size = files.facts(path)?.size ?? 0;
    const month = name.slice(0, 7);
    const written = name === current && month >= thisMonth;
    const tooMuch = bytes + size > maxBytes || records >= maxRecords || (month < oldest && month === oldestKept);
    if (!written && tooMuch) {
      files.remove(path);
      dropped.push(name);
      continue;
    }
    bytes += size;
    records += (files.readText(path)?.split('\n').length ?? 1) - 1;
  }
  return dropped;
}
