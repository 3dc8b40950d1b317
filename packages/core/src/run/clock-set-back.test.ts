import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterFile } from '@rota/test-support';
import { describe, expect, it } from 'vitest';
import type { LaunchFile } from '../backend/launch-file.ts';
import { nodeFiles } from '../host/node-files.ts';
import { defineSchedule } from '../schedule/schedule.ts';
import { namespaceLayout } from '../state/layout.ts';
import { ownIdentity } from '../state/process-identity.ts';
import { admitRun, type RunCause } from './admit/admit-run.ts';
import { finishRun } from './admit/finish-run.ts';
import { readHandled, readJobState, seedHandled } from './admit/job-state.ts';
import { unmetDependency } from './admit/unmet-dependency.ts';
import { askForRun, takeAsked } from './asked-run.ts';
import { openOutputLog } from './attempt/output-log.ts';
import { appendRecord } from './record/append-record.ts';
import { readRecords } from './record/read-records.ts';
import { retainRuns } from './record/retain-runs.ts';
import { newRunId } from './record/run-id.ts';
import type { RunRecord } from './record/run-record.ts';
import { plainLaunch } from './runner-under-test.test-support.ts';
import { spoolReport, waitingReports } from './tell/spool.ts';

const key = { tenant: 'acme', name: 'job' };
const at = (text: string): number => Date.parse(text);

/** A job whose runs take 5 s each, on a machine whose clock says what it is told. */
function machine(expression: string, change: Partial<LaunchFile> = {}) {
  const root = mkdtempSync(join(tmpdir(), 'rota-clock-'));
  afterFile(() => rmSync(root, { recursive: true, force: true }));
  const layout = namespaceLayout(root, 'default');
  const gate = { expression, timezone: 'UTC', zoneRoots: [], persistent: true, startingDeadlineMs: null };
  const launch: LaunchFile = { ...plainLaunch(root), gate, gated: true, ...change };
  const start = (now: string, cause: RunCause = { kind: 'schedule' }): string | null => {
    const { claim } = admitRun({
      launch,
      layout,
      files: nodeFiles,
      schedule: defineSchedule(expression, 'UTC'),
      cause,
      nowMs: at(now),
      owner: ownIdentity(nodeFiles),
      onUnreported: () => undefined,
      takeLocks: () => null,
    });
    if (claim === null) return null;
    const record = recordOf({ ...claim, endedAt: new Date(at(now) + 5_000).toISOString() });
    appendRecord(nodeFiles, layout, record);
    finishRun(nodeFiles, layout, key, record);
    return claim.scheduledAt;
  };
  const days = (...records: readonly string[]): void => {
    for (const endedAt of records) appendRecord(nodeFiles, layout, recordOf({ runId: endedAt, startedAt: endedAt, endedAt }));
  };
  const read = (): readonly string[] => [...readRecords(layout)].map(({ endedAt }) => endedAt);
  return { layout, start, days, read };
}

function recordOf(own: Pick<RunRecord, 'runId' | 'startedAt' | 'endedAt'> & Partial<RunRecord>): RunRecord {
  const { runId, scheduledAt = null, startedAt, endedAt, trigger = 'schedule' } = own;
  const rest = { status: 'success', exitCode: 0, signal: null, reason: null, durationMs: 5_000, attempts: 1 } as const;
  return { ...key, runId, scheduledAt, startedAt, endedAt, ...rest, trigger, backend: 'cron' };
}

describe('a clock that is set back', () => {
  it('by an hour runs no fire time a second time, and the next new one', () => {
    const { start } = machine('*/30 * * * *');
    expect(start('2026-11-29T10:00:01Z')).toBe('2026-11-29T10:00:00Z');
    for (const again of ['09:00:30', '09:30:01', '10:00:01']) expect(start(`2026-11-29T${again}Z`), again).toBeNull();
    expect(start('2026-11-29T10:30:01Z')).toBe('2026-11-29T10:30:00Z');
  });

  it('by an hour runs no fire time a second time that a scheduler starts once more, as systemd does', () => {
    const { start } = machine('0 3 * * *', { backend: 'systemd', gated: false });
    expect(start('2026-11-29T03:00:02Z')).toBe('2026-11-29T03:00:00Z');
    expect(start('2026-11-29T03:00:00Z')).toBeNull();
    // By hand, whatever the clock says: through the scheduler, which does not say so, and through Rota.
    expect(start('2026-11-29T02:30:00Z')).toBe('2026-11-28T03:00:00Z');
    expect(start('2026-11-29T03:00:00Z', { kind: 'manual' })).toBeNull();
    expect(start('2026-11-30T03:00:00Z')).toBe('2026-11-30T03:00:00Z');
  });

  it.each([
    ['a day', '2026-11-28T10:00:00Z'],
    ['years, from a future that was wrong', '2020-02-29T10:00:00Z'],
  ])('by %s keeps no job waiting', (_, back) => {
    const { start } = machine('0 * * * *');
    expect(start('2026-11-29T10:00:01Z')).toBe('2026-11-29T10:00:00Z');
    const next = `${back.slice(0, 11)}11:00:00Z`;
    expect(start(`${back.slice(0, 11)}10:30:00Z`)).toBeNull();
    expect(start(next)).toBe(next);
    expect(start(next)).toBeNull();
  });

  it('to 1970 until the network tells the time catches nothing up that had run before', () => {
    const { start } = machine('0 0 * * *');
    expect(start('2026-11-29T00:00:01Z')).toBe('2026-11-29T00:00:00Z');
    // The machine was off for five minutes, and has no clock of its own.
    expect(start('1970-01-01T00:00:40Z')).toBe('1970-01-01T00:00:00Z');
    expect(start('2026-11-29T09:00:00Z')).toBeNull();
    expect(start('2026-11-30T00:00:01Z')).toBe('2026-11-30T00:00:00Z');
  });

  it('to 1970 until the network tells the time still catches up what did not run', () => {
    const { start } = machine('0 0 * * *');
    expect(start('2026-11-28T00:00:01Z')).toBe('2026-11-28T00:00:00Z');
    expect(start('1970-01-01T00:00:40Z')).toBe('1970-01-01T00:00:00Z');
    expect(start('2026-11-29T09:00:00Z')).toBe('2026-11-29T00:00:00Z');
  });

  it('before an apply leaves nothing to run that was due before it', () => {
    const { layout, start } = machine('0 * * * *');
    expect(start('2026-11-29T10:00:01Z')).toBe('2026-11-29T10:00:00Z');
    const now = at('2026-11-28T10:05:00Z') / 1000;
    seedHandled(nodeFiles, layout, key, now, now);
    expect(start('2026-11-28T10:05:30Z')).toBeNull();
    expect(start('2026-11-28T11:00:01Z')).toBe('2026-11-28T11:00:00Z');
    // A seed alone, without the clock, never takes anything back.
    seedHandled(nodeFiles, layout, key, 0);
    expect(readHandled(nodeFiles, layout, key)).toBe(at('2026-11-28T11:00:00Z') / 1000);
    expect(readJobState(nodeFiles, layout, key).reached).toBe(at('2026-11-29T10:00:00Z') / 1000);
  });

  it('keeps history in the order in which runs ended, and finds each of them', () => {
    const { days, read, layout } = machine('0 * * * *');
    const ended = ['2026-11-29T10:00:00Z', '2036-05-01T00:00:00Z', '2026-11-29T11:00:00Z', '1970-01-01T00:05:00Z'];
    days(...ended, '2026-12-01T00:00:00Z');
    expect(read()).toEqual(['2026-12-01T00:00:00Z', ...ended.toReversed()]);
    expect(retainRuns(nodeFiles, layout, {}, at('2026-12-01T00:00:00Z'))).toEqual([]);
    expect([...readRecords(layout, { since: at('2026-11-29T00:00:00Z') / 1000 })]).toHaveLength(5);
  });

  it('records a run once whose end was recorded before the claim of it was given up', () => {
    const { layout, days, read } = machine('0 * * * *');
    const claimed = '2026-11-29T10:00:00Z';
    days('2026-11-28T00:00:00Z');
    const runId = newRunId(at(claimed));
    const owner = { pid: 2 ** 22 + 1, startTicks: '1', bootId: null };
    const rest = { scheduledAt: claimed, startedAt: claimed, trigger: 'schedule', backend: 'cron' };
    const claim = { runId, ...rest, owner, phase: 'running', replaces: [] };
    nodeFiles.write(join(layout.handled, 'acme.job.jsonl'), `${JSON.stringify({ handled: claimed, claims: [claim] })}\n`);
    appendRecord(nodeFiles, layout, recordOf({ runId, startedAt: claimed, endedAt: '2026-09-01T10:00:00Z' }));
    const gate = { expression: '0 * * * *', timezone: 'UTC', zoneRoots: [], persistent: true, startingDeadlineMs: null };
    admitRun({
      launch: { ...plainLaunch('/'), gate, gated: true },
      layout,
      files: nodeFiles,
      schedule: defineSchedule('0 * * * *', 'UTC'),
      cause: { kind: 'schedule' },
      nowMs: at('2026-09-01T10:30:00Z'),
      owner: ownIdentity(nodeFiles),
      onUnreported: () => undefined,
      takeLocks: () => null,
    });
    expect(read()).toEqual(['2026-09-01T10:00:00Z', '2026-11-28T00:00:00Z']);
  });

  it('costs one month of history at most where it was years ahead', () => {
    const { days, read, layout } = machine('0 * * * *');
    days('2026-09-01T00:00:00Z', '2026-10-01T00:00:00Z', '2026-11-01T00:00:00Z', '2036-05-01T00:00:00Z');
    expect(retainRuns(nodeFiles, layout, {}, at('2036-05-01T00:00:00Z'))).toEqual(['2026-09.jsonl']);
    expect(read()).toHaveLength(3);
  });

  it('lets a dependency count by its last run, and never by an age that is still to come', () => {
    const { days, layout } = machine('0 * * * *');
    days('2026-11-29T10:00:00Z', '2036-05-01T00:00:00Z');
    const ask = (now: string) => unmetDependency(layout, [{ job: key, withinMs: 3_600_000 }], at(now));
    expect(ask('2026-11-29T10:30:00Z')).toContain('2036-05-01T00:00:00Z, which is still to come');
    days('2026-11-29T11:00:00Z');
    expect(ask('2026-11-29T11:30:00Z')).toBeNull();
    expect(ask('2026-11-29T13:30:00Z')).toContain('older than');
  });

  it('drops the output of a wrong future first, not that of the runs that follow', () => {
    const { layout } = machine('0 * * * *');
    const folder = join(layout.output, 'acme.job');
    nodeFiles.makeFolder(folder);
    const future = Array.from({ length: 5 }, (_, hour) => newRunId(Date.now() + 86_400_000 + hour * 3_600_000));
    for (const id of future) writeFileSync(join(folder, `${id}.log`), 'x');
    const ids = [1, 2, 3].map((second) => newRunId(Date.now() - 10_000 + second * 1_000));
    for (const id of ids) {
      const log = openOutputLog(folder, id, { maxBytes: 1000, keep: 3 });
      log.write(Buffer.from('x'));
      log.close();
    }
    expect(readdirSync(folder).sort()).toEqual(ids.map((id) => `${id}.log`).sort());
  });

  it('loses no report that was written before the machine knew the time', () => {
    const { layout } = machine('0 * * * *');
    const message = { job_name: 'job', tenant: 'acme', status: 'success', output: '', duration: 0, run_id: 'x' } as const;
    const report = {
      checkin: { format: 'json', url: 'http://localhost' },
      resolve: { env: {}, secretsFile: '/none', workingDir: '/' },
      message: { ...message, scheduled_at: null, host: 'box', exit_code: 0 },
    } as const;
    spoolReport(nodeFiles, layout, report, at('1970-01-01T00:01:00Z'));
    spoolReport(nodeFiles, layout, report, at('2026-11-01T00:00:00Z'));
    const problems: string[] = [];
    const waiting = waitingReports(nodeFiles, layout, at('2026-11-29T00:00:00Z'), (problem) => problems.push(problem));
    expect(waiting.map(({ path }) => path)).toEqual([expect.stringContaining('/000000000060000-')]);
    expect(problems).toEqual(['Reports dropped from the spool: 1, for nobody took them for 7 days.']);
  });

  it('makes no run one that a person asked for', () => {
    const { layout } = machine('0 * * * *');
    askForRun(nodeFiles, layout, key);
    expect(takeAsked(nodeFiles, layout, key, Date.now() - 3_600_000)).toBe(false);
    askForRun(nodeFiles, layout, key);
    expect(takeAsked(nodeFiles, layout, key, Date.now())).toBe(true);
  });
});
