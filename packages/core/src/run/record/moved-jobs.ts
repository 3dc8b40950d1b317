import { join } from 'node:path';
import type { Files } from '../../host/files.ts';
import { parseJobKey, printJobKey } from '../../job/job-key.ts';
import type { NamespaceLayout } from '../../state/layout.ts';
import { readNamespaceRecord } from '../../state/namespace-record.ts';
import { changeJobState, type JobStateFiles, readJobState } from '../admit/job-state.ts';
import type { RunRecord } from './run-record.ts';

/** A job that got another name or tenant. */
export interface MovedJob {
  /** `tenant/name` before and after. */
  readonly from: string;
  readonly to: string;
  /** `YYYY-MM-DDTHH:MM:SSZ`: what started until then under the old name is the job's own past. */
  readonly at: string;
  /** The generation that moved it. */
  readonly generation: number;
}

/** Every move of a namespace that was completed, the oldest first. History is never rewritten: whoever reads it looks here. */
export function readMovedJobs(files: Pick<Files, 'readText'>, layout: NamespaceLayout): readonly MovedJob[] {
  const moves = writtenMoves(files, layout);
  if (moves.length === 0) return moves;
  const current = readNamespaceRecord(files, layout)?.current ?? 0;
  return moves.filter(({ generation }) => generation <= current);
}

/** The moves of one generation, also of one that is not complete yet. */
export function movesOfGeneration(files: Pick<Files, 'readText'>, layout: NamespaceLayout, number: number): readonly MovedJob[] {
  return writtenMoves(files, layout).filter(({ generation }) => generation === number);
}

function writtenMoves(files: Pick<Files, 'readText'>, layout: NamespaceLayout): readonly MovedJob[] {
  try {
    const value: unknown = JSON.parse(files.readText(pathOf(layout)) ?? '[]');
    return Array.isArray(value) ? value : [];
  } catch {
    return []; // only old names of old runs stand there
  }
}

/** Adds moves and drops those of generations after `current`, which an apply that was undone left behind. */
export function writeMovedJobs(
  files: Pick<Files, 'readText' | 'write'>,
  layout: NamespaceLayout,
  current: number,
  added: readonly MovedJob[],
): void {
  const before = writtenMoves(files, layout);
  const kept = before.filter(({ generation }) => generation <= current);
  if (kept.length === before.length && added.length === 0) return;
  files.write(pathOf(layout), `${JSON.stringify([...kept, ...added])}\n`);
}

/** The same record under the name that its job has now. */
export function renamedRecord(record: RunRecord, moves: readonly MovedJob[]): RunRecord {
  const started = Date.parse(record.startedAt);
  const before = printJobKey(record);
  let key = before;
  // The instant of a move is of whole seconds, and a run may have begun within that second.
  for (const { from, to, at } of moves) if (key === from && started < Date.parse(at) + 1000) key = to;
  return key === before ? record : { ...record, ...parseJobKey(key, '') };
}

/** Every name under which records of these jobs may stand. */
export function formerNames(wanted: ReadonlySet<string>, moves: readonly MovedJob[]): ReadonlySet<string> {
  const names = new Set(wanted);
  for (const { from, to } of moves.toReversed()) if (names.has(to)) names.add(from);
  return names;
}

/** What is handled, how the last run went, and what is still to follow it, goes with a job. Running ones end under their old name. Done twice it does nothing more. */
export function handOverJobState(
  files: JobStateFiles,
  layout: NamespaceLayout,
  { from, to }: Pick<MovedJob, 'from' | 'to'>,
): void {
  const before = readJobState(files, layout, parseJobKey(from, ''));
  changeJobState(files, layout, parseJobKey(to, ''), (state) => {
    const older = state.handled !== null && (before.handled === null || state.handled >= before.handled);
    const { handled, reached, lastRun, failing, following } = before;
    return [older ? state : { ...state, handled, reached, lastRun, failing, following }, undefined];
  });
}

function pathOf(layout: NamespaceLayout): string {
  return join(layout.root, 'moved.json');
}
