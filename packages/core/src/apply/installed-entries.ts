import type { Artifact } from '../backend/backend.ts';
import type { Host } from '../host/host.ts';
import type { Job } from '../job/job.ts';
import type { PlannedEntry } from '../plan/plan.ts';
import type { Generation } from '../state/generation.ts';
import { readGeneration } from '../state/generation-store.ts';
import { namespaceLayout } from '../state/layout.ts';
import { readNamespaceRecord } from '../state/namespace-record.ts';

/** The generation that is installed; `null` before the first apply. */
export function installedGeneration(host: Pick<Host, 'files' | 'stateDir'>, namespace: string): Generation<Job, Artifact> | null {
  const layout = namespaceLayout(host.stateDir, namespace);
  const record = readNamespaceRecord(host.files, layout);
  return record === null ? null : readGeneration<Generation<Job, Artifact>>(host.files, layout, record.current);
}

/** The entries of the generation that is installed. */
export function installedEntries(host: Pick<Host, 'files' | 'stateDir'>, namespace: string): readonly PlannedEntry[] {
  return installedGeneration(host, namespace)?.entries ?? [];
}
