import type { Installed, NativeState } from '../backend/backend.ts';
import type { Job } from '../job/job.ts';
import { printJobKey } from '../job/job-key.ts';
import { instantText } from '../run/record/instant-text.ts';
import { nextFire } from '../schedule/next-fire.ts';
import type { Schedule } from '../schedule/schedule.ts';
import type { JobStatus, Run } from './job-status.ts';

/** What is known of one installed job, from all sides. */
export interface JobFacts {
  readonly job: Job;
  readonly backend: string;
  readonly fidelity: 'exact' | 'gated' | null;
  /** Whether a scheduler holds an entry for it; false for `on: apply`. */
  readonly hasEntry: boolean;
  readonly schedule: Schedule | undefined;
  readonly installed: Installed | undefined;
  readonly native: NativeState | undefined;
  /** A runner of it lives. */
  readonly running: boolean;
  readonly lastRun: Run | null;
  /** Seconds since the epoch. */
  readonly now: number;
}

/** One job's status. Pure. */
export function statusOf(facts: JobFacts): JobStatus {
  const { job, schedule, now } = facts;
  const state = stateOf(facts);
  // The gate decides when a gated job runs, so the scheduler's own next start would be a lie. Of an entry that somebody changed only the
  // scheduler knows, if anybody does.
  const next =
    state === 'drifted'
      ? (facts.native?.nextStart ?? null)
      : schedule === undefined
        ? unscheduled(facts)
        : nextFire(schedule, now);
  return {
    tenant: job.tenant,
    name: job.name,
    backend: facts.backend,
    schedule: scheduleText(job),
    timezone: schedule?.zone.name ?? (job.trigger.kind === 'schedule' ? job.trigger.timezone : null),
    state,
    nextRun: next === null || state === 'paused' || state === 'missing' ? null : instantText(next),
    lastRun: facts.lastRun,
    ...(facts.native?.failure === undefined ? {} : { failure: facts.native.failure }),
    fidelity: facts.fidelity,
  };
}

/** Of an event, what the scheduler says; of a schedule whose zone is gone, nothing is known. */
function unscheduled({ job, native }: JobFacts): number | null {
  return job.trigger.kind === 'schedule' ? null : (native?.nextStart ?? null);
}

function stateOf({ job, installed, native, running, lastRun, hasEntry }: JobFacts): JobStatus['state'] {
  if (hasEntry && installed === undefined) return 'missing';
  if (installed !== undefined && installed.drift.length > 0) return 'drifted';
  if (running || native?.running) return 'running';
  if (job.paused) return 'paused';
  if (native?.failure !== undefined) return 'failed';
  return lastRun !== null && ['failure', 'timeout', 'interrupted'].includes(lastRun.status) ? 'failed' : 'waiting';
}

function scheduleText({ trigger }: Job): string {
  if (trigger.kind === 'schedule') return trigger.expression;
  return trigger.kind === 'after' ? `after ${printJobKey(trigger.job)}` : trigger.kind;
}
