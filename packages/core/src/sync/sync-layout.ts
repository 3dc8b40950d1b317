import { join } from 'node:path';

/** Where the copy of a repository, and what is known of it, stand. Pure path arithmetic. */
export interface SyncLayout {
  readonly root: string;
  /** Bare; holds every fetched commit. May be deleted at any time. */
  readonly repository: string;
  readonly status: string;
  readonly lock: string;
}

export function syncLayout(stateDir: string, namespace: string): SyncLayout {
  const root = join(stateDir, 'sync', namespace);
  return {
    root,
    repository: join(root, 'repository.git'),
    status: join(root, 'status.json'),
    lock: join(root, 'lock'),
  };
}
