import { join } from 'node:path';
import type { Files } from '../../host/files.ts';
import type { NamespaceLayout } from '../../state/layout.ts';
import { isAlive, startTicksOf } from '../../state/process-identity.ts';
import { readLaunchFile } from '../launch/read-launch-file.ts';
import { type AppendFiles, appendRecord } from '../record/append-record.ts';
import { readRecords } from '../record/read-records.ts';
import { newRunId } from '../record/run-id.ts';
import type { RunRecord } from '../record/run-record.ts';
import { holdBriefly } from './exclusive.ts';

type UnbegunFiles = AppendFiles & Pick<Files, 'list' | 'readText' | 'remove' | 'makeFolder' | 'removeFolder'>;

/** A process that was just started may be one of a container, where its number is another. */
const youngMs = 2_000;

/**
 * Records the runs whose launcher started Node, and whose runner never began: that Node is broken, too old or another program, or was killed at once.
 * The record comes first and the word goes then; who is killed in between leaves both, and the next one sees that.
 */
export function recordUnbegunRuns(files: UnbegunFiles, layout: NamespaceLayout, nowMs: number): void {
  try {
    recordThem(files, layout, nowMs);
  } catch (error) {
    // Whoever may only read the state sees what is there, and a run goes on without it.
    if (!(error instanceof Error && 'syscall' in error)) throw error;
  }
}

function recordThem(files: UnbegunFiles, layout: NamespaceLayout, nowMs: number): void {
  const old = (name: string): boolean => isOver(files, join(layout.starting, name), Number(name), nowMs);
  if (!files.list(layout.starting).some(old)) return;
  holdBriefly(files, join(layout.runLocks, 'starting'), () => {
    for (const name of files.list(layout.starting).filter(old)) {
      const path = join(layout.starting, name);
      const startedAt = new Date(files.facts(path)?.modifiedMs ?? nowMs).toISOString();
      const record = recordOf(files, name, files.readText(path) ?? '', startedAt, nowMs);
      if (!isRecorded(layout, record)) appendRecord(files, layout, record);
      files.remove(path);
    }
  });
}

function isOver(files: Pick<Files, 'facts' | 'readText'>, path: string, pid: number, nowMs: number): boolean {
  const modifiedMs = files.facts(path)?.modifiedMs;
  if (modifiedMs === undefined || Math.abs(nowMs - modifiedMs) < youngMs) return false;
  const [stat = ''] = (files.readText(path) ?? '').split('\n');
  return !isAlive(files, { pid, startTicks: startTicksOf(stat), bootId: null });
}

function recordOf(files: Pick<Files, 'readText'>, pid: string, word: string, startedAt: string, nowMs: number): RunRecord {
  const [, launchFile = '', option = ''] = word.split('\n');
  const read = readLaunchFile(files, launchFile);
  const { tenant, name } = read.ok ? read.launch : read.blame;
  return {
    tenant,
    name,
    runId: newRunId(Date.parse(startedAt)),
    scheduledAt: null,
    startedAt,
    endedAt: new Date(Math.max(nowMs, Date.parse(startedAt))).toISOString(),
    status: 'failure',
    exitCode: null,
    signal: null,
    reason: `Node was started for it (process ${pid}) and the runner did not begin: that Node is broken, too old or another program, or it was killed at once. \`rota doctor\` looks at it.`,
    durationMs: 0,
    attempts: 0,
    trigger: option === '--manual' ? 'manual' : option === '--event' ? 'event' : 'schedule',
    backend: read.ok ? read.launch.backend : 'unknown',
  };
}

function isRecorded(layout: NamespaceLayout, { tenant, name, startedAt, reason }: RunRecord): boolean {
  const begun = Date.parse(startedAt);
  for (const record of readRecords(layout, { since: begun / 1000, only: new Set([`${tenant}/${name}`]) })) {
    if (record.startedAt === startedAt && record.reason === reason) return true;
  }
  return false;
}

/** Takes away the word of the launcher that became this process: the runner has begun. */
export function takeWord(files: Pick<Files, 'facts' | 'remove'>, layout: NamespaceLayout): void {
  const path = join(layout.starting, String(process.pid));
  try {
    if (files.facts(path) !== undefined) files.remove(path);
  } catch {
    // The state folder cannot be written; whoever needs to says so.
  }
}
