import type { Host } from '../host/host.ts';
import { bareJob } from '../job/bare-job.ts';
import type { Job } from '../job/job.ts';
import { parseCron } from '../schedule/cron/parse-cron.ts';
import { stateLayout } from '../state/layout.ts';
import { checkRef, checkRepository } from './check-repository.ts';
import type { SyncSource } from './sync-status.ts';

/** DETAILS: the namespace of the sync jobs, which no repository can declare. */
export const syncNamespace = 'rota-sync';

/** What the sync job of one namespace is to fetch, and when. */
export interface SyncJobInput {
  readonly host: Pick<Host, 'stateDir' | 'platform'>;
  /** The namespace that is synchronised. */
  readonly namespace: string;
  readonly source: SyncSource;
  /** Five fields. @default every 15 minutes */
  readonly schedule?: string;
  /** @default 'local' */
  readonly timezone?: string;
  readonly hostFile?: string;
  readonly backend?: string;
}

/**
 * The job that synchronises one namespace: it starts `<state>/bin/rota`, so that it outlives a moved checkout. Named after the namespace.
 *
 * @throws ROTA_SYNC_REPOSITORY, ROTA_SCHEDULE_SYNTAX, ROTA_SCHEDULE_NEVER_FIRES
 */
export function syncJob({
  host,
  namespace,
  source,
  schedule = '*/15 * * * *',
  timezone = 'local',
  hostFile,
  backend,
}: SyncJobInput): Job {
  checkRepository(source.repo);
  checkRef(source.ref);
  parseCron(schedule);
  const { command } = stateLayout(host.stateDir);
  return {
    ...bareJob(schedule, timezone),
    tenant: 'rota',
    name: namespace,
    annotations: { docs: 'rota help sync' },
    command: [
      host.platform === 'win32' ? `${command}.cmd` : command,
      'sync',
      '--state-dir',
      host.stateDir,
      '--namespace',
      namespace,
      '--repo',
      source.repo,
      '--ref',
      source.ref,
      ...(source.path === undefined ? [] : ['--path', source.path]),
      ...(source.allowCode ? ['--allow-code'] : []),
      ...(source.requireSigned ? ['--require-signed'] : []),
      ...(source.allowedSigners === undefined ? [] : ['--allowed-signers', source.allowedSigners]),
      ...(hostFile === undefined ? [] : ['--host-file', hostFile]),
      ...(backend === undefined ? [] : ['--backend', backend]),
    ],
    timeoutMs: 600_000,
    concurrency: { policy: 'forbid', locks: [] },
  };
}
