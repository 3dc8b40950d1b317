import { adoptedNow } from '../apply/held-originals.ts';
import { readJournal } from '../apply/journal.ts';
import type { Backend } from '../backend/backend.ts';
import type { AdoptedOriginal } from '../backend/foreign-entry.ts';
import { isRotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import { namespaceLayout, stateLayout } from '../state/layout.ts';
import { lockHolder } from '../state/lock.ts';
import { isNamespace } from '../state/name-rule.ts';
import type { DoctorFinding } from './diagnosis.ts';

/** Foreign entries that stay off though no job has their place, until a person decides. @throws what the backend throws */
export async function checkOriginals(host: Host, backend: Backend): Promise<readonly DoctorFinding[]> {
  if (backend.leftOff === undefined) return [];
  const held = settledOriginals(host);
  if (held === undefined) return [];
  const found = await backend.leftOff(host, { held: held.filter((original) => original.backend === backend.name) });
  return found.map((finding) => ({ ...finding, code: 'original.off' }));
}

/** `undefined` while an apply goes on or was cut off, and where a state cannot be read: other findings say so. */
function settledOriginals(host: Host): readonly AdoptedOriginal[] | undefined {
  try {
    const isChanging = host.files.list(stateLayout(host.stateDir).namespaces).some((name) => {
      const layout = namespaceLayout(host.stateDir, name);
      return isNamespace(name) && (lockHolder(host, layout.lock) !== null || readJournal(host, layout) !== null);
    });
    return isChanging ? undefined : adoptedNow(host);
  } catch (error) {
    if (isRotaError(error)) return undefined;
    throw error;
  }
}
