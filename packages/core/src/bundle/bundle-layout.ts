import { join } from 'node:path';
import { namespaceLayout } from '../state/layout.ts';

/** Where the bundles of a namespace stand. Pure path arithmetic. */
export interface BundleLayout {
  readonly root: string;
  /** Held by whoever captures or restores. */
  readonly lock: string;
  /** One folder for each capture or restore that is under way: journal, guard, staged members. */
  readonly work: string;
  /** What is fetched or unpacked for a look, one folder for each process. */
  readonly scratch: string;
  /** The default store. */
  readonly store: string;
}

export function bundleLayout(stateDir: string, namespace: string): BundleLayout {
  const root = join(namespaceLayout(stateDir, namespace).root, 'bundles');
  return {
    root,
    lock: join(root, 'lock'),
    work: join(root, 'work'),
    scratch: join(root, 'scratch'),
    store: join(root, 'store'),
  };
}
