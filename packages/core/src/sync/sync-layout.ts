import { join } from 'node:path';
import { checkedNamespace } from '../state/name-rule.ts';

/** Where the copy of a repository, and what is known of it, stand. Pure path arithmetic. */
export interface SyncLayout {
  readonly root: string;
  /** Bare; holds every fetched commit. May be deleted at any time. */
  readonly repository: string;
  readonly status: string;
  readonly lock: string;
}

/** @throws ROTA_FIELD_VALUE for a namespace that would lead elsewhere */
export function syncLayout(stateDir: string, namespace: string): SyncLayout {
  const root = join(stateDir, 'sync', checkedNamespace(namespace));
  return {
    root,
    repository: join(root, 'repository.git'),
    status: join(root, 'status.json'),
    lock: join(root, 'lock'),
  };
}
