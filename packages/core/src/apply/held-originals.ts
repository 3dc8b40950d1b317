import type { Artifact } from '../backend/backend.ts';
import type { AdoptedOriginal } from '../backend/foreign-entry.ts';
import { isRotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import type { Job } from '../job/job.ts';
import type { Generation } from '../state/generation.ts';
import { readGeneration } from '../state/generation-store.ts';
import { namespaceLayout } from '../state/layout.ts';
import { listNamespaces } from '../state/list-namespaces.ts';
import { readNamespaceRecord } from '../state/namespace-record.ts';
import { digestedKey, readAdopted } from './adopted-originals.ts';
import type { JournalStep } from './journal.ts';

/** What jobs of any namespace keep off in the backend of a step that switches others on, and what other steps switch off. `undefined`: a record cannot be read. */
export function heldOriginals(
  host: Host,
  steps: readonly JournalStep[],
  { backend, foreign }: JournalStep,
): readonly AdoptedOriginal[] | undefined {
  const back = new Set((foreign?.switches ?? []).flatMap(({ original, to }) => (to === 'on' ? [digestedKey(original)] : [])));
  if (back.size === 0) return [];
  const taken = steps.flatMap((step) => step.foreign?.switches ?? []).filter(({ to }) => to === 'off');
  try {
    const adopted = listNamespaces(host).flatMap((namespace) => adoptedIn(host, namespace));
    const held = [...adopted, ...taken.map(({ original }) => original)];
    return held.filter((original) => original.backend === backend && !back.has(digestedKey(original)));
  } catch (error) {
    if (isRotaError(error)) return undefined;
    throw error;
  }
}

function adoptedIn(host: Host, namespace: string): readonly AdoptedOriginal[] {
  const layout = namespaceLayout(host.stateDir, namespace);
  const record = readNamespaceRecord(host.files, layout);
  const generation = record === null ? null : readGeneration<Generation<Job, Artifact>>(host.files, layout, record.current);
  return readAdopted(generation?.adopted).map(({ original }) => original);
}
