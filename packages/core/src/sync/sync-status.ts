import { join } from 'node:path';
import type { ErrorCode } from '../errors/catalogue.ts';
import type { Host } from '../host/host.ts';
import { isNamespace } from '../state/name-rule.ts';
import { parseState } from '../state/namespace-record.ts';
import { checkState } from '../state/state-format.ts';
import { syncLayout } from './sync-layout.ts';

/** A commit of the repository. */
export interface Revision {
  /** Whole hash. */
  readonly id: string;
  /** `YYYY-MM-DDTHH:MM:SSZ` */
  readonly committedAt: string;
  readonly subject: string;
}

/** How the repository of a namespace is read; kept, so that `rota sync` alone does the same again. */
export interface SyncSource {
  readonly repo: string;
  /** Branch, tag or commit. @default the repository's own choice, `HEAD` */
  readonly ref: string;
  /** A config, a manifest or a folder within the repository. */
  readonly path?: string;
  /** Configs in TypeScript or JavaScript are run. */
  readonly allowCode: boolean;
  readonly requireSigned: boolean;
  /** Absolute path of a file of allowed signers, ssh-keygen(1). */
  readonly allowedSigners?: string;
}

/** What is known of the repository of one namespace. Instants are `YYYY-MM-DDTHH:MM:SSZ`. */
export interface SyncStatus extends SyncSource {
  readonly formatVersion: 1;
  readonly namespace: string;
  /** The last good one, which is what is installed; `null` before there is one. */
  readonly revision: Revision | null;
  /** When the repository was last found to be as installed, or was installed. */
  readonly syncedAt: string | null;
  readonly attemptedAt: string;
  readonly outcome: 'applied' | 'unchanged' | 'held' | 'failed';
  /** Why the last attempt failed; what was installed before is still installed. With `source`: it was to be read elsewhere, or otherwise. */
  readonly error: {
    readonly code: ErrorCode;
    readonly message: string;
    readonly revision: string | null;
    readonly source?: SyncSource;
  } | null;
  /** Attempts in a row that failed. */
  readonly failures: number;
}

/** `null` before the first attempt. @throws ROTA_STATE_DAMAGED, ROTA_STATE_NEWER, ROTA_STATE_FOREIGN */
export function readSyncStatus(host: Pick<Host, 'files' | 'stateDir' | 'hostname'>, namespace: string): SyncStatus | null {
  checkState(host);
  const { status } = syncLayout(host.stateDir, namespace);
  const text = host.files.readText(status);
  return text === undefined ? null : parseState<SyncStatus>(text, status, { otherwise: forgetting(status) });
}

export function writeSyncStatus(host: Pick<Host, 'files' | 'stateDir'>, status: SyncStatus): void {
  host.files.write(syncLayout(host.stateDir, status.namespace).status, `${JSON.stringify(status)}\n`);
}

/** Every namespace that was ever synchronised here, by name. @throws as {@link readSyncStatus} */
export function listSyncStatus(host: Pick<Host, 'files' | 'stateDir' | 'hostname'>): readonly SyncStatus[] {
  checkState(host);
  return host.files
    .list(join(host.stateDir, 'sync'))
    .filter(isNamespace)
    .map((namespace) => readSyncStatus(host, namespace))
    .filter((status) => status !== null);
}

/** Without it nobody knows which revision the next one has to follow from. */
function forgetting(file: string): string {
  return `Remove ${file}: then a sync that names the repository again takes it as at the first time.`;
}
