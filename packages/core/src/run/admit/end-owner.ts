import type { Files } from '../../host/files.ts';
import { isAlive } from '../../state/process-identity.ts';
import type { Claim } from './job-state.ts';
import { orphansOf } from './orphans.ts';

/** Ends a run. TERM goes to its runner, which passes it on and records; what is left of a runner that is gone is ended directly. */
export function endOwner(
  files: Pick<Files, 'readText'>,
  { runId, owner }: Pick<Claim, 'runId' | 'owner'>,
  signal: 'SIGTERM' | 'SIGKILL',
): void {
  const alive = isAlive(files, owner);
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
