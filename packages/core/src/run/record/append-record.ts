import { join } from 'node:path';
import type { Files } from '../../host/files.ts';
import type { NamespaceLayout } from '../../state/layout.ts';
import type { RunRecord } from './run-record.ts';

/** A month's file that has grown beyond this is set aside, so that retention can drop it whole. */
export const rotateBytes = 4 * 1024 * 1024;

export type AppendFiles = Pick<Files, 'append' | 'facts' | 'rename'>;

/**
 * Adds a record to the history of a namespace: one line, one write to a file opened for appending, so that writers never mix.
 * The file is that of the month in which the run ended, in UTC.
 *
 * @returns whether a new file was begun, which is when retention may have something to drop
 */
export function appendRecord(
  files: Pick<Files, 'append' | 'facts' | 'rename'>,
  layout: NamespaceLayout,
  record: RunRecord,
): boolean {
  const path = join(layout.runs, `${record.endedAt.slice(0, 7)}.jsonl`);
  const line = `${JSON.stringify(record)}\n`;
  files.append(path, line);
  const size = files.facts(path)?.size ?? 0;
  if (size > rotateBytes) rotate(files, layout, path, record);
  return size === Buffer.byteLength(line);
}

/** A writer that has the file open goes on writing to it under its new name, so nothing is lost; the new name is taken once only. */
function rotate(files: Pick<Files, 'rename'>, layout: NamespaceLayout, path: string, record: RunRecord): void {
  const aside = join(
    layout.runs,
    `${record.endedAt.slice(0, 7)}.${String(Date.parse(record.endedAt)).padStart(15, '0')}-${record.runId}.jsonl`,
  );
  try {
    files.rename(path, aside);
  } catch {
    // another runner has just done it
  }
}
