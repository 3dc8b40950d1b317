import type { RunRecord } from '@rota/core';

/** A run in the stable shape of `--json`, with the job that it is of. */
export function runJson(record: RunRecord) {
  const {
    tenant,
    name,
    runId,
    scheduledAt,
    startedAt,
    endedAt,
    status,
    exitCode,
    signal,
    reason,
    durationMs,
    attempts,
    trigger,
  } = record;
  return {
    tenant,
    name,
    runId,
    scheduledAt,
    startedAt,
    endedAt,
    status,
    exitCode,
    durationMs,
    attempts,
    trigger,
    signal,
    reason,
  };
}
