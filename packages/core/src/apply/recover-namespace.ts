import type { Backend } from '../backend/backend.ts';
import type { Host } from '../host/host.ts';
import { namespaceLayout } from '../state/layout.ts';
import { withLock } from '../state/lock.ts';
import { readJournal } from './journal.ts';
import { type Recovery, recover } from './recover.ts';

/** What every command does first: finish or undo an apply that was cut off. Takes the lock only when there is one. */
export async function recoverNamespace(host: Host, backends: readonly Backend[], namespace: string): Promise<Recovery | null> {
  const layout = namespaceLayout(host.stateDir, namespace);
  if (readJournal(host, layout) === null) return null;
  // The journal of an apply that still runs is not ours: the lock makes us wait for its end.
  return withLock(host, layout.lock, { purpose: 'recovery' }, () => recover(host, backends, namespace));
}
