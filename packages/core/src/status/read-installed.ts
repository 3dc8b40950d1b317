import type { Artifact } from '../backend/backend.ts';
import { nearest } from '../errors/nearest.ts';
import { RotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import type { Job } from '../job/job.ts';
import { printJobKey } from '../job/job-key.ts';
import type { PlannedEntry } from '../plan/plan.ts';
import { defineSchedule, type Schedule } from '../schedule/schedule.ts';
import { hostZone } from '../schedule/zone/host-zone.ts';
import type { Generation } from '../state/generation.ts';
import { readGeneration } from '../state/generation-store.ts';
import { namespaceLayout } from '../state/layout.ts';
import { readNamespaceRecord } from '../state/namespace-record.ts';

/** Which jobs of a namespace are meant; nothing: all of them. */
export interface JobFilter {
  /** `name` or `tenant/name`. */
  readonly job?: string;
  /** All of these labels must be there. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** The installed jobs of a namespace that a filter names. @throws ROTA_JOB_UNKNOWN with the nearest name, ROTA_STATE_DAMAGED */
export function readInstalled(host: Host, namespace: string, filter: JobFilter = {}): readonly PlannedEntry[] {
  const layout = namespaceLayout(host.stateDir, namespace);
  const record = readNamespaceRecord(host.files, layout);
  const generation = record === null ? null : readGeneration<Generation<Job, Artifact>>(host.files, layout, record.current);
  const entries = generation?.entries ?? [];
  const labels = Object.entries(filter.labels ?? {});
  const chosen = filter.job === undefined ? entries : named(entries, filter.job, namespace);
  return chosen.filter(({ job }) => labels.every(([key, value]) => job.labels[key] === value));
}

/** The declared schedule of an installed job, with the zone data of now; `undefined` for events. */
export function installedSchedule(host: Host, { job }: Pick<PlannedEntry, 'job'>): Schedule | undefined {
  if (job.trigger.kind !== 'schedule') return undefined;
  const { expression, timezone } = job.trigger;
  return defineSchedule(expression, hostZone(host, timezone));
}

function named(entries: readonly PlannedEntry[], wanted: string, namespace: string): readonly PlannedEntry[] {
  const found = entries.filter((entry) => printJobKey(entry) === wanted || entry.name === wanted);
  const [first, second] = found;
  if (first !== undefined && second === undefined) return found;
  if (first !== undefined) {
    throw new RotaError('ROTA_JOB_UNKNOWN', `Several jobs are named \`${wanted}\`: ${found.map(printJobKey).join(', ')}.`, {
      suggestions: ['Name the tenant too: TENANT/NAME.'],
    });
  }
  const near = nearest(
    wanted,
    entries.flatMap((entry) => [entry.name, printJobKey(entry)]),
  );
  throw new RotaError('ROTA_JOB_UNKNOWN', `No job \`${wanted}\` is installed in the namespace \`${namespace}\`.`, {
    suggestions: [near === undefined ? '`rota status` lists the installed jobs.' : `Did you mean \`${near}\`?`],
  });
}
