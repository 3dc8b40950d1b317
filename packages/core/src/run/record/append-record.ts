import { join } from 'node:path';
import type { Files } from '../../host/files.ts';
import type { NamespaceLayout } from '../../state/layout.ts';
import type { RunRecord } from './run-record.ts';

/** A month's file that has grown beyond this is set aside, so that retention can drop it whole. */
export const rotateBytes = 4 * 1024 * 1024;

export type AppendFiles = Pick<Files, 'append' | 'facts' | 'list' | 'rename'>;

/**
 * Adds a record to the history of a namespace: one line, one write to a file opened for appending, so that writers never mix.
 * The file is that of the month in which the run ended, in UTC, or of a later month where there is one: the clock was set back, and what was recorded
 * last is to be read first.
 *
 * @returns whether a new file was begun, which is when retention may have something to drop
 */
export function appendRecord(
  files: Pick<Files, 'append' | 'facts' | 'list' | 'rename'>,
  layout: NamespaceLayout,
  record: RunRecord,
): boolean {
  const month = monthOf(files.list(layout.runs), record);
  const path = join(layout.runs, `${month}.jsonl`);
  const line = `${JSON.stringify(record)}\n`;
  files.append(path, line);
  const size = files.facts(path)?.size ?? 0;
  if (size > rotateBytes) rotate(files, layout, month, record);
  return size === Buffer.byteLength(line);
}

/** Of the file that a record belongs to, among the files that are there. */
function monthOf(names: readonly string[], { endedAt }: RunRecord): string {
  const own = endedAt.slice(0, 7);
  const newest = names.findLast((name) => /^\d{4}-\d{2}\./.test(name))?.slice(0, 7) ?? own;
  return newest > own ? newest : own;
}

/** A writer that has the file open goes on writing to it under its new name, so nothing is lost; the new name is taken once only. */
function rotate(files: Pick<Files, 'rename'>, layout: NamespaceLayout, month: string, record: RunRecord): void {
  const path = join(layout.runs, `${month}.jsonl`);
  const aside = join(layout.runs, `${month}.${String(Date.parse(record.endedAt)).padStart(15, '0')}-${record.runId}.jsonl`);
  try {
    files.rename(path, aside);
  } catch {
    // another runner has just done it
  }
}
