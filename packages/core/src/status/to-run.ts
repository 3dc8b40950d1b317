import { instantSeconds, instantText } from '../run/record/instant-text.ts';
import type { RunRecord } from '../run/record/run-record.ts';
import { previousFire } from '../schedule/previous-fire.ts';
import type { Schedule } from '../schedule/schedule.ts';
import type { Run } from './job-status.ts';

/**
 * A record in the stable shape of `--json`. A run that the scheduler itself started knows no fire time: it was for the latest declared one at or
 * before its start. Pure.
 */
export function toRun(record: RunRecord, schedule: Schedule | undefined): Run {
  const { runId, startedAt, endedAt, status, exitCode, signal, reason, durationMs, attempts, trigger } = record;
  const scheduledAt =
    record.scheduledAt ?? (trigger === 'schedule' && schedule !== undefined ? latestFire(schedule, startedAt) : null);
  return { runId, scheduledAt, startedAt, endedAt, status, exitCode, signal, reason, durationMs, attempts, trigger };
}

function latestFire(schedule: Schedule, startedAt: string): string | null {
  const started = instantSeconds(startedAt);
  const fire = started === null ? null : previousFire(schedule, Math.floor(started));
  return fire === null ? null : instantText(fire);
}
