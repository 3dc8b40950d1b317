import type { AdoptedOriginal } from '../backend/foreign-entry.ts';
import { isRotaError, RotaError } from '../errors/rota-error.ts';
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
    const held = [...adoptedNow(host), ...taken.map(({ original }) => original)];
    return held.filter((original) => original.backend === backend && !back.has(digestedKey(original)));
  } catch (error) {
    if (isRotaError(error)) return undefined;
    throw error;
  }
}

/** What jobs of any namespace keep off. @throws ROTA_STATE_DAMAGED and the like where that is not known */
export function adoptedNow(host: Host): readonly AdoptedOriginal[] {
  return listNamespaces(host).flatMap((namespace) => {
    const generation = installedGeneration(host, namespace);
    if (generation === null) throw new RotaError('ROTA_STATE_DAMAGED', `The generation of namespace ${namespace} is gone.`);
    return readAdopted(generation.adopted).map(({ original }) => original);
  });
}
