import type { RunRecord } from './run-record.ts';

/** A run of `acme/job` that went well, by hand, and took no time. */
export function sampleRecord(change: Partial<RunRecord> = {}): RunRecord {
  const at = change.endedAt ?? '2026-11-01T00:00:00.000Z';
  return {
    tenant: 'acme',
    name: 'job',
    runId: 'run',
    scheduledAt: null,
    startedAt: at,
    endedAt: at,
    status: 'success',
    exitCode: 0,
    signal: null,
    reason: null,
    durationMs: 0,
    attempts: 1,
    trigger: 'manual',
    backend: 'cron',
    ...change,
  };
}
