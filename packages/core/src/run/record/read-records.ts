import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles } from '../../host/node-files.ts';
import { retryWhileLocked } from '../../host/retry-while-open.ts';
import type { NamespaceLayout } from '../../state/layout.ts';
import { formerNames, readMovedJobs, renamedRecord } from './moved-jobs.ts';
import type { RunRecord } from './run-record.ts';

/** Which records to read. */
export interface ReadRecordsOptions {
  /** Called with each such line as it stands in the file. @default passed over in silence */
  readonly onDamaged?: (line: string) => void;
  /**
   * Files of months that ended before this instant are not opened, and reading ends after a long row of records that ended before it; some of those are
   * still read, since the clock may have been set back. Seconds since the epoch.
   */
  readonly since?: number;
  /** Only of these jobs (`tenant/name`). The set may shrink while records are read: lines of other jobs are passed over unparsed. */
  readonly only?: ReadonlySet<string>;
}

const chunkBytes = 256 * 1024;
const newline = 0x0a;
/** So many runs may have been recorded while the clock was behind. */
const olderInARow = 1000;

/**
 * The records of a namespace, the latest appended first, read from the ends of the files as far as the caller goes on.
 * Readable while written: an unfinished last line, a torn or a damaged one is passed over and reported, never fatal. A record that was glued to a
 * torn one is found again.
 */
export function* readRecords(layout: NamespaceLayout, options: ReadRecordsOptions = {}): Generator<RunRecord> {
  const moves = readMovedJobs(nodeFiles, layout);
  if (moves.length === 0) {
    yield* recordsOf(layout, options);
    return;
  }
  // A job that got another name has its past under the old one.
  const only = options.only === undefined ? {} : { only: formerNames(options.only, moves) };
  for (const found of recordsOf(layout, { ...options, ...only })) {
    const record = renamedRecord(found, moves);
    if (options.only?.has(`${record.tenant}/${record.name}`) !== false) yield record;
  }
}

function* recordsOf(layout: NamespaceLayout, options: ReadRecordsOptions): Generator<RunRecord> {
  const firstMonth = options.since === undefined ? '' : new Date(options.since * 1000).toISOString().slice(0, 7);
  const read = new Set<string>();
  const files = new Set<string>();
  const sinceMs = options.since === undefined ? Number.NEGATIVE_INFINITY : options.since * 1000;
  let older = 0;
  for (let names = recordFiles(layout); ; ) {
    const name = names.find((candidate) => !read.has(candidate));
    if (name === undefined || name.slice(0, 7) < firstMonth) return;
    read.add(name);
    const file = openIfThere(join(layout.runs, name));
    // Set aside under another name since the folder was listed, or dropped by retention.
    if (file === undefined) names = recordFiles(layout);
    // The one that was read first, under the name that it has got since.
    else if (isAmong(file, files)) closeSync(file);
    else
      for (const record of recordsFromEnd(file, options)) {
        older = Date.parse(record.endedAt) < sinceMs ? older + 1 : 0;
        if (older > olderInARow) return;
        yield record;
      }
  }
}

/** Whether a file is one of these, whatever it is called; from now on it is. */
function isAmong(file: number, files: Set<string>): boolean {
  const { dev, ino } = fstatSync(file, { bigint: true });
  const before = files.size;
  return files.add(`${dev} ${ino}`).size === before;
}

function* recordsFromEnd(file: number, options: ReadRecordsOptions): Generator<RunRecord> {
  try {
    for (const line of linesFromEnd(file)) {
      if (options.only !== undefined && !mayBeOf(line, options.only)) continue;
      const records = parseLine(line);
      if (records.damaged) options.onDamaged?.(line);
      for (const record of records.found) if (options.only?.has(`${record.tenant}/${record.name}`) !== false) yield record;
    }
  } finally {
    closeSync(file);
  }
}

/** Names of the files of a history, the latest first: a month's current file before what was set aside of it. */
export function recordFiles(layout: NamespaceLayout): string[] {
  let names: string[];
  try {
    names = readdirSync(layout.runs);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
  const order = (name: string): string => (name.length === '2026-11.jsonl'.length ? `${name.slice(0, 7)}.~` : name);
  return names.filter((name) => /^\d{4}-\d{2}(\.[\w-]+)?\.jsonl$/.test(name)).sort((a, b) => (order(a) < order(b) ? 1 : -1));
}

/** Every writer begins a record with whom it is of; a line that is anything but one such record is looked at whole. */
function mayBeOf(line: string, only: ReadonlySet<string>): boolean {
  const one = line.endsWith('}') && line.indexOf('{"tenant":', 1) === -1;
  const found = one ? /^\{"tenant":"([^"\\]*)","name":"([^"\\]*)",/.exec(line) : null;
  return found === null || only.has(`${found[1]}/${found[2]}`);
}

function parseLine(line: string): { found: RunRecord[]; damaged: boolean } {
  if (line === '') return { found: [], damaged: false };
  const whole = parseRecord(line);
  if (whole !== undefined) return { found: [whole], damaged: false };
  // A writer died in the middle of its line and the next one wrote on: look for the second record's beginning.
  for (let at = line.indexOf('{"', 1); at > 0; at = line.indexOf('{"', at + 1)) {
    const record = parseRecord(line.slice(at));
    if (record !== undefined) return { found: [record], damaged: true };
  }
  return { found: [], damaged: true };
}

function parseRecord(text: string): RunRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is RunRecord {
  if (typeof value !== 'object' || value === null) return false;
  const texts = ['tenant', 'name', 'runId', 'startedAt', 'endedAt', 'status'];
  return texts.every((key) => typeof Reflect.get(value, key) === 'string');
}

function openIfThere(path: string): number | undefined {
  try {
    return retryWhileLocked(() => openSync(path, 'r'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function* linesFromEnd(file: number): Generator<string> {
  let position = fstatSync(file).size;
  /** The end of a line whose beginning is in an earlier chunk. */
  let rest: Buffer = Buffer.alloc(0);
  while (position > 0) {
    const length = Math.min(chunkBytes, position);
    position -= length;
    const chunk = Buffer.alloc(length);
    readSync(file, chunk, 0, length, position);
    const first = chunk.indexOf(newline);
    if (first === -1) {
      rest = Buffer.concat([chunk, rest]);
      continue;
    }
    // Cut at newlines only, so that no character is cut; decoded at once, which is what makes this fast.
    const lines = Buffer.concat([chunk.subarray(first + 1), rest])
      .toString('utf8')
      .split('\n');
    for (let at = lines.length - 1; at >= 0; at--) yield lines[at] ?? '';
    rest = Buffer.from(chunk.subarray(0, first));
  }
  yield rest.toString('utf8');
}
