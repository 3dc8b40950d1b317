import { adoptedNow } from '../apply/held-originals.ts';
import { installedEntries } from '../apply/installed-entries.ts';
import { readJournal } from '../apply/journal.ts';
import { type Adoption, adoptsAnnotation, parseAdoption, printAdoption } from '../backend/adoption.ts';
import type { Backend } from '../backend/backend.ts';
import { isRotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import { namespaceLayout, stateLayout } from '../state/layout.ts';
import { listNamespaces } from '../state/list-namespaces.ts';
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
function settledOriginals(host: Host): readonly Adoption[] | undefined {
  try {
    const isChanging = host.files.list(stateLayout(host.stateDir).namespaces).some((name) => {
      const layout = namespaceLayout(host.stateDir, name);
      return isNamespace(name) && (lockHolder(host, layout.lock) !== null || readJournal(host, layout) !== null);
    });
    if (isChanging) return undefined;
    const held = [...adoptedNow(host), ...namedByJobs(host)];
    return [...new Map(held.map((one) => [printAdoption(one), one])).values()];
  } catch (error) {
    if (isRotaError(error)) return undefined;
    throw error;
  }
}

/** The originals that installed jobs were imported from: of a state that was lost and applied to again nothing else says whose place they have. */
function namedByJobs(host: Host): readonly Adoption[] {
  return listNamespaces(host)
    .flatMap((namespace) => installedEntries(host, namespace))
    .flatMap(({ job }) => parseAdoption(job.annotations[adoptsAnnotation]) ?? []);
}
