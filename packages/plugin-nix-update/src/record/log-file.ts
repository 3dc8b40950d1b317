import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Files } from '@rota/core';

type LogFiles = Pick<Files, 'append' | 'facts' | 'list' | 'readBytes' | 'readText' | 'remove' | 'rename' | 'write'>;

/** Adds `timestamp: operation - status (details)`; a line stays one line whatever the details hold. */
export function appendLog(files: LogFiles, path: string, atMs: number, operation: string, status: string, details = ''): void {
  const rest = details === '' ? '' : ` (${details.replaceAll(/\s+/g, ' ').trim()})`;
  files.append(path, `${timestamp(atMs)}: ${operation} - ${status}${rest}\n`, 0o640);
}

/** The last lines, of earlier days too. */
export function lastLogLines(files: LogFiles, path: string, count: number): readonly string[] {
  const names = [...olderLogs(files, path).filter((name) => !name.endsWith('.gz')), basename(path)];
  return names
    .flatMap((name) => (files.readText(join(dirname(path), name)) ?? '').split('\n').filter((line) => line !== ''))
    .slice(-count);
}

/**
 * Sets the file of an earlier day aside under its date, compresses all of these but the newest, and removes those that are older than the
 * retention. Called once a run; safe to repeat and to cut off.
 */
export function rotateLog(files: LogFiles, path: string, atMs: number, retentionDays: number): void {
  const facts = files.facts(path);
  const day = facts === undefined ? undefined : timestamp(facts.modifiedMs).slice(0, 10);
  if (day !== undefined && day < timestamp(atMs).slice(0, 10)) files.rename(path, `${path}.${day}`);

  const folder = dirname(path);
  const older = olderLogs(files, path);
  const oldest = timestamp(atMs - retentionDays * 86_400_000).slice(0, 10);
  for (const [index, name] of older.entries()) {
    const date = name.slice(basename(path).length + 1).replace('.gz', '');
    if (date < oldest) files.remove(join(folder, name));
    else if (index < older.length - 1 && !name.endsWith('.gz')) compress(files, join(folder, name));
  }
}

/** `NAME.YYYY-MM-DD` and `NAME.YYYY-MM-DD.gz`, oldest first. */
function olderLogs(files: LogFiles, path: string): readonly string[] {
  const prefix = `${basename(path)}.`;
  return files
    .list(dirname(path))
    .filter((name) => name.startsWith(prefix) && /^\d{4}-\d{2}-\d{2}(\.gz)?$/.test(name.slice(prefix.length)));
}

function compress(files: LogFiles, path: string): void {
  const bytes = files.readBytes(path);
  if (bytes === undefined) return;
  files.write(`${path}.gz`, gzipSync(bytes), 0o640);
  files.remove(path);
}

function timestamp(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
