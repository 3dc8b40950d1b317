import { join } from 'node:path';
import type { Host } from '@rota/core';

/** Where the sync keeps what is its own. */
export interface Place {
  readonly folder: string;
  readonly lock: string;
  readonly journal: string;
  readonly status: string;
  /** What people were told last. */
  readonly told: string;
  /** Root's: what people were told last about each of the users. */
  readonly toldOfUsers: string;
  readonly identity: string;
  readonly preflight: string;
  /** The revision of which this home may hold some files beside those of its own. */
  readonly mixed: string;
  /** Dotfiles whose source another host has deleted, and that stayed. */
  readonly leftBehind: string;
  /** One folder for each apply that changed files. */
  readonly backups: string;
  /** What an undo has replaced or removed: it may hold edits that no sync has seen. */
  readonly undone: string;
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
    told: join(folder, 'told.json'),
    toldOfUsers: join(folder, 'told-of-users.json'),
    identity: join(folder, 'identity.json'),
    preflight: join(folder, 'preflight.json'),
    mixed: join(folder, 'mixed.json'),
    leftBehind: join(folder, 'left-behind.json'),
    backups: join(folder, 'backups'),
    undone: join(folder, 'undone'),
    resolve: join(folder, 'resolve'),
  };
}
