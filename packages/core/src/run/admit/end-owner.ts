import type { Files } from '../../host/files.ts';
import { isAlive } from '../../state/process-identity.ts';
import { signalGroup } from '../attempt/process-group.ts';
import type { Claim } from './job-state.ts';
import { orphansOf } from './orphans.ts';

/**
 * Ends a run. TERM goes to its runner, which passes it on and records; what is left of a runner that is gone is ended directly. Windows has no TERM:
 * there the runner ends at once, with all that it has started, which would go on without it.
 */
export function endOwner(
  files: Pick<Files, 'readText'>,
  { runId, owner }: Pick<Claim, 'runId' | 'owner'>,
  signal: 'SIGTERM' | 'SIGKILL',
): void {
  const alive = isAlive(files, owner);
  if (process.platform === 'win32') {
    if (alive) signalGroup(owner.pid, 'SIGKILL');
    return;
  }
  const orphans = orphansOf(new Set([runId])).get(runId) ?? [];
  const targets = alive && signal === 'SIGTERM' ? [owner.pid] : alive ? [owner.pid, ...orphans] : orphans;
  for (const pid of targets) {
    try {
      process.kill(pid, signal);
    } catch {
      // it has just ended
    }
  }
}
