import type { Backend, Dialect } from '../backend/backend.ts';
import { jobPath } from '../backend/job-path.ts';
import { lower } from '../backend/lower.ts';
import { isRotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import type { Job } from '../job/job.ts';
import { freshHorizon, type Horizon } from '../schedule/proof/horizon.ts';
import type { Proof } from '../schedule/proof/prove-schedule.ts';
import { stateLayout } from '../state/layout.ts';
import { scheduleFacts } from './schedule-facts.ts';

/** What a backend makes of a job's schedule, and how that compares with what was declared. */
export interface Translation {
  readonly backend: string;
  readonly dialect: Dialect;
  /** The native lines or triggers. */
  readonly entries: readonly string[];
  readonly horizon: Horizon;
  /** Absent when the backend cannot have the schedule at all; `reason` then says why. */
  readonly proof?: Proof;
  readonly reason?: string;
}

/** Translates a scheduled job for one backend and proves the translation. Nothing is read but zone files, nothing changed. */
export function translateJob(host: Host, backend: Backend, dialect: Dialect, job: Job): Translation {
  const horizon = freshHorizon(Math.floor(host.now() / 1000));
  const facts = scheduleFacts(host.timezone, { roots: host.zoneRoots });
  const schedule = facts.declared(job);
  const base = { backend: backend.name, dialect, horizon };
  if (schedule === undefined) return { ...base, entries: [], reason: 'It starts at an event, not at a time.' };
  const lowering = lower(job, backend.capabilities(dialect), {
    backend: backend.name,
    gated: false,
    hasFollowers: false,
    smallestGap: facts.smallestGap(job, horizon),
  });
  const { launcher, recorder } = stateLayout(host.stateDir, host.platform);
  try {
    const { native } = backend.compile({
      namespace: 'default',
      job,
      lowering,
      dialect,
      schedule: { declared: schedule.declared, systemZone: schedule.systemZone, horizon },
      launcher,
      recorder,
      // Only the schedule of the artifact is looked at; the name need not exist.
      ...(lowering.runner ? { launchFile: `${host.stateDir}/launch.json` } : {}),
      home: host.user.home,
      path: jobPath(host),
    });
    if (native === undefined) return { ...base, entries: [], reason: `${backend.name} gave no schedule that can be evaluated.` };
    const proof = facts.proof(job, dialect, horizon, () => ({
      artifact: { files: [], digest: '', active: true },
      native,
      warnings: [],
    }));
    return { ...base, entries: native.entries, ...(proof === undefined ? {} : { proof }) };
  } catch (error) {
    if (!isRotaError(error) || error.code === 'ROTA_INTERNAL') throw error;
    return { ...base, entries: [], reason: error.message };
  }
}
