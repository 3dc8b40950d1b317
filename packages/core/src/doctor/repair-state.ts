import { readJournal } from '../apply/journal.ts';
import type { Artifact } from '../backend/backend.ts';
import { isRotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import type { Job } from '../job/job.ts';
import type { Generation } from '../state/generation.ts';
import { listGenerations, readGeneration } from '../state/generation-store.ts';
import { type NamespaceLayout, namespaceLayout } from '../state/layout.ts';
import { withLock } from '../state/lock.ts';
import { readNamespaceRecord, writeNamespaceRecord } from '../state/namespace-record.ts';

/**
 * Sets aside the files of a namespace that cannot be read, and takes the newest generation that can be read for the installed one. What the schedulers
 * hold is not touched: where it differs, the next plan shows it. The bytes stay beside their place, as `FILE.damaged`.
 *
 * @returns what was done, in words
 */
export async function repairState(host: Host, namespace: string): Promise<readonly string[]> {
  const layout = namespaceLayout(host.stateDir, namespace);
  if (unlessDamaged(() => readJournal(host, layout)) !== undefined && currentIsReadable(host, layout)) return [];
  return withLock(host, layout.lock, { purpose: 'repair' }, async () => {
    const done: string[] = [];
    if (unlessDamaged(() => readJournal(host, layout)) === undefined) {
      const half =
        'what that apply had done stands: rota plan shows it for jobs; entries that it had taken over stay off, lines of a crontab behind `# adopted by rota: `';
      done.push(`${setAside(host, layout.journal)}; ${half}`);
    }
    if (unlessDamaged(() => readNamespaceRecord(host.files, layout)) === undefined) {
      done.push(setAside(host, layout.record));
      done.push(...goOnFrom(host, layout, namespace, Number.POSITIVE_INFINITY));
    }
    const current = readNamespaceRecord(host.files, layout)?.current;
    if (current === undefined || currentIsReadable(host, layout)) return done;
    const file = `${layout.generations}/${current}.json`;
    if (host.files.facts(file) !== undefined) done.push(setAside(host, file));
    return [...done, ...goOnFrom(host, layout, namespace, current)];
  });
}

function currentIsReadable(host: Host, layout: NamespaceLayout): boolean {
  const record = unlessDamaged(() => readNamespaceRecord(host.files, layout));
  if (!record) return record === null;
  return Boolean(unlessDamaged(() => readGeneration(host.files, layout, record.current)));
}

/** `undefined` where the file is damaged. */
function unlessDamaged<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isRotaError(error) && error.code === 'ROTA_STATE_DAMAGED') return undefined;
    throw error;
  }
}

function setAside(host: Host, file: string): string {
  host.files.rename(file, `${file}.damaged`);
  return `${file} (set aside as ${file}.damaged)`;
}

/** Makes the newest generation below `below` that can be read the installed one. None: the namespace is as before its first apply. */
function goOnFrom(host: Host, layout: NamespaceLayout, namespace: string, below: number): readonly string[] {
  for (const number of listGenerations(host.files, layout).toReversed()) {
    if (number >= below) continue;
    const generation = unlessDamaged(() => readGeneration<Generation<Job, Artifact>>(host.files, layout, number));
    if (!generation) continue;
    const { source, backend } = generation;
    writeNamespaceRecord(host.files, layout, { formatVersion: 1, namespace, source, backend, current: number });
    return [`namespace ${namespace} (goes on from generation ${number})`];
  }
  if (host.files.facts(layout.record) !== undefined) host.files.remove(layout.record);
  return [`namespace ${namespace} (no generation can be read: as before its first apply)`];
}
