import { join } from 'node:path';
import type { Files } from '../host/files.ts';
import type { NamespaceLayout } from '../state/layout.ts';
import type { RunRecord } from './run-record.ts';

/** A month's file that has grown beyond this is set aside, so that retention can drop it whole. */
export const rotateBytes = 4 * 1024 * 1024;

export type AppendFiles = Pick<Files, 'append' | 'facts' | 'rename'>;

/**
 * Adds a record to the history of a namespace: one line, one write to a file opened for appending, so that writers never mix.
 * The file is that of the month in which the run ended, in UTC.
 */
export function appendRecord(
  files: Pick<Files, 'append' | 'facts' | 'rename'>,
  layout: NamespaceLayout,
  record: RunRecord,
): void {
  const path = join(layout.runs, `${record.endedAt.slice(0, 7)}.jsonl`);
  files.append(path, `${JSON.stringify(record)}\n`);
  rotate(files, layout, path, record);
}

/** A writer that has the file open goes on writing to it under its new name, so nothing is lost; the new name is taken once only. */
function rotate(files: AppendFiles, layout: NamespaceLayout, path: string, record: RunRecord): void {
  const facts = files.facts(path);
  if (facts === undefined || facts.size <= rotateBytes) return;
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
