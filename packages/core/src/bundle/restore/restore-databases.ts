import { existsSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Host } from '../../host/host.ts';
import { runWithFile } from '../service/dump-database.ts';
import type { BundleDatabase, BundleSpec } from '../spec/bundle-spec.ts';

/** A database that a command reads a dump into. */
export type FedDatabase = Extract<BundleDatabase, { readonly kind: 'command' }> & { readonly restore: readonly string[] };

/** The databases that a restore feeds, and the way back. */
export interface DatabaseRestore {
  /** Feeds each its dump, after a dump of what it held. @throws ROTA_BUNDLE_HOOK */
  feed(): Promise<void>;
  /** Feeds what was held before to those that were fed. Resolves to what could not be put back, for people. */
  putBack(): Promise<readonly string[]>;
}

export function databaseRestore(
  host: Pick<Host, 'files'>,
  { databases }: Pick<BundleSpec, 'databases'>,
  {
    work,
    env,
    timeoutMs,
    signal,
  }: {
    /** Has the dumps in `dumps`. */
    readonly work: string;
    readonly env: Readonly<Record<string, string>>;
    readonly timeoutMs: number;
    /** Of feeding; what was fed is put back in any case. */
    readonly signal?: AbortSignal | undefined;
  },
): DatabaseRestore {
  const fed: FedDatabase[] = [];
  const beforeOf = ({ name }: FedDatabase): string => join(work, 'before', `${name}.dump`);
  const read = async (what: string, database: FedDatabase, input: string, ended?: AbortSignal): Promise<void> =>
    await runWithFile(`${what} ${database.name}`, database.restore, { input }, env, timeoutMs, ended);
  return {
    async feed() {
      host.files.makeFolder(join(work, 'before'), 0o700);
      for (const database of databases.filter(isFed)) {
        const dump = join(work, 'dumps', `${database.name}.dump`);
        if (!existsSync(dump)) continue;
        const output = beforeOf(database);
        // Where nothing can be dumped there may be nothing yet, or nothing sound: that is what restores are for.
        await runWithFile(`The dump of ${database.name}`, database.dump, { output }, env, timeoutMs, signal).catch(() =>
          rmSync(output, { force: true }),
        );
        signal?.throwIfAborted();
        fed.push(database);
        await read('Restoring', database, dump, signal);
      }
    },
    async putBack() {
      const told: string[] = [];
      for (const database of [...fed].reverse()) {
        const input = beforeOf(database);
        if (!existsSync(input)) {
          told.push(`The database ${database.name} could not be dumped before, and holds what was restored.`);
          continue;
        }
        try {
          await read('Putting back', database, input);
          rmSync(input);
        } catch (error) {
          told.push(error instanceof Error ? error.message : String(error));
        }
      }
      return [...told, ...keepDumps(host, work)];
    },
  };
}

export function isFed(database: BundleDatabase): database is FedDatabase {
  return database.kind === 'command' && database.restore !== undefined;
}

/** Of databases that were not put back, the dumps of before outlive the restore. Resolves to where they are, for people. */
export function keepDumps(host: Pick<Host, 'files'>, work: string): readonly string[] {
  const before = join(work, 'before');
  return host.files.list(before).map((name) => {
    const folder = join(dirname(dirname(work)), 'kept');
    const path = join(folder, `${basename(work)}-${name}`);
    host.files.makeFolder(folder, 0o700);
    host.files.rename(join(before, name), path);
    return `The database ${name.slice(0, -'.dump'.length)} may hold what was restored; the dump of what it held before is kept: ${path}`;
  });
}
