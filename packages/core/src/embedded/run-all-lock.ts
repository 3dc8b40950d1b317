import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import { type Attempt, tryHold } from '../run/admit/exclusive.ts';

/** One `run-all` serves a state folder: two would start everything twice. */
export function holdRunAll(host: Pick<Host, 'files' | 'stateDir'>): Attempt {
  return tryHold(host.files, lockFolder(host));
}

export function runAllIsRunning(host: Pick<Host, 'files' | 'stateDir'>): boolean {
  // Nothing was ever run here, and a look must not create anything.
  if (host.files.facts(lockFolder(host)) === undefined) return false;
  const attempt = holdRunAll(host);
  if (attempt.held) attempt.release();
  return !attempt.held;
}

function lockFolder({ stateDir }: Pick<Host, 'stateDir'>): string {
  return join(stateDir, 'run-all');
}
