import type { Backend, Finding } from '../backend/backend.ts';
import type { ForeignEntry } from '../backend/foreign-entry.ts';
import { isRotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import { atQueue } from './at-queue.ts';
import { autostart } from './autostart.ts';

/** Everything that starts by itself for this user and is not Rota's. */
export interface Inventory {
  readonly entries: readonly ForeignEntry[];
  /** What could not be read; what is there is then not all. A scheduler that is not installed is no finding. */
  readonly findings: readonly Finding[];
}

/**
 * Asks every backend, the queue of at and the desktop. Changes nothing.
 *
 * @param only names of the sources to ask: backends, `at`, `autostart`. @default all
 */
export async function readInventory(host: Host, backends: readonly Backend[], only?: readonly string[]): Promise<Inventory> {
  const sources: readonly { readonly name: string; readonly read: () => Promise<readonly ForeignEntry[]> }[] = [
    ...backends.flatMap((backend) =>
      backend.inventory === undefined ? [] : [{ name: backend.name, read: () => readBackend(host, backend) }],
    ),
    { name: 'at', read: () => atQueue(host) },
    { name: 'autostart', read: async () => autostart(host) },
  ];
  const entries: ForeignEntry[] = [];
  const findings: Finding[] = [];
  for (const { name, read } of sources) {
    if (only !== undefined && !only.includes(name)) continue;
    try {
      entries.push(...(await read()));
    } catch (error) {
      if (!isRotaError(error)) throw error;
      if (error.code === 'ROTA_COMMAND_MISSING' || error.code === 'ROTA_BACKEND_UNAVAILABLE') continue;
      const [remedy] = error.suggestions;
      findings.push({ severity: 'error', message: `${name}: ${error.message}`, ...(remedy === undefined ? {} : { remedy }) });
    }
  }
  return { entries, findings };
}

async function readBackend(host: Host, backend: Backend): Promise<readonly ForeignEntry[]> {
  return (await backend.inventory?.(host)) ?? [];
}
