import { installedEntries, maintenanceNamespace, readMaintenance, readSyncStatus, type SyncStatus } from '@rota/core';
import type { CommandContext } from '../program/command.ts';

/** How the jobs that Rota gives itself stand, as far as they concern a namespace. */
export interface OwnJobs {
  /** Absent: no maintenance is installed. */
  readonly maintenance?: { readonly ranAt: string | null; readonly ageSeconds: number | null; readonly ok: boolean };
  /** Absent: the namespace comes from no repository. */
  readonly sync?: Pick<SyncStatus, 'repo' | 'ref' | 'revision' | 'syncedAt' | 'outcome' | 'error'> & {
    readonly ageSeconds: number | null;
  };
}

export function ownJobs(context: CommandContext, namespace: string): OwnJobs {
  const host = context.host();
  const age = (instant: string | null): number | null =>
    instant === null ? null : Math.max(0, Math.floor((host.now() - Date.parse(instant)) / 1000));
  const installed = installedEntries(host, maintenanceNamespace).length > 0;
  const last = installed ? readMaintenance(host) : null;
  const synced = readSyncStatus(host, namespace);
  return {
    ...(installed
      ? { maintenance: { ranAt: last?.ranAt ?? null, ageSeconds: age(last?.ranAt ?? null), ok: last?.ok ?? true } }
      : {}),
    ...(synced === null
      ? {}
      : {
          sync: {
            repo: synced.repo,
            ref: synced.ref,
            revision: synced.revision,
            syncedAt: synced.syncedAt,
            ageSeconds: age(synced.syncedAt),
            outcome: synced.outcome,
            error: synced.error,
          },
        }),
  };
}

/** The same in a sentence each. */
export function ownJobsLines({ maintenance, sync }: OwnJobs): readonly string[] {
  const lines: string[] = [];
  if (sync !== undefined) {
    const revision = sync.revision === null ? 'nothing yet' : sync.revision.id.slice(0, 12);
    const age = sync.ageSeconds === null ? 'never synchronised' : `synchronised ${sync.ageSeconds} s ago`;
    const error = sync.error === null ? '' : `; the last sync failed: ${sync.error.message}`;
    lines.push(`From ${sync.repo} at ${revision}, ${age}${sync.outcome === 'held' ? '; held by a rollback' : ''}${error}`);
  }
  if (maintenance !== undefined) {
    lines.push(
      maintenance.ageSeconds === null
        ? 'Maintenance has not run yet.'
        : `Maintenance last ran ${maintenance.ageSeconds} s ago${maintenance.ok ? '' : ', with problems: rota doctor'}.`,
    );
  }
  return lines;
}
