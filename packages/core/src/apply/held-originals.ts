import type { AdoptedOriginal } from '../backend/foreign-entry.ts';
import { isRotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import { listNamespaces } from '../state/list-namespaces.ts';
import { digestedKey, readAdopted } from './adopted-originals.ts';
import { installedGeneration } from './installed-entries.ts';
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
    const adopted = listNamespaces(host).flatMap((namespace) => readAdopted(installedGeneration(host, namespace)?.adopted));
    const held = [...adopted, ...taken].map(({ original }) => original);
    return held.filter((original) => original.backend === backend && !back.has(digestedKey(original)));
  } catch (error) {
    if (isRotaError(error)) return undefined;
    throw error;
  }
}
