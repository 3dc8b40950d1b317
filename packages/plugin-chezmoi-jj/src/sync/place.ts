import { join } from 'node:path';
import type { Host } from '@rota/core';

/** Where the sync keeps what is its own. */
export interface Place {
  readonly folder: string;
  readonly lock: string;
  readonly journal: string;
  readonly status: string;
  readonly identity: string;
  readonly preflight: string;
  /** One folder for each apply that changed files. */
  readonly backups: string;
  /** Files that a person is editing to resolve a conflict. */
  readonly resolve: string;
}

/** Below Rota's state, which is the user's own. */
export function placeOf(host: Pick<Host, 'stateDir'>): Place {
  const folder = join(host.stateDir, 'plugins', 'chezmoi-jj');
  return {
    folder,
    lock: join(folder, 'lock'),
    journal: join(folder, 'journal.json'),
    status: join(folder, 'status.json'),
    identity: join(folder, 'identity.json'),
    preflight: join(folder, 'preflight.json'),
    backups: join(folder, 'backups'),
    resolve: join(folder, 'resolve'),
  };
}
