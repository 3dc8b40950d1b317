import type { Host } from '../host/host.ts';
import { endOwner } from '../run/admit/end-owner.ts';
import { readJobState } from '../run/admit/job-state.ts';
import { namespaceLayout } from '../state/layout.ts';
import { isAlive } from '../state/process-identity.ts';
import type { ByItself } from './each-by-itself.ts';
import type { ReadyEntry } from './read-entries.ts';
import { tidyMs } from './start-runner.ts';

const lookEveryMs = 100;

/**
 * Ends the runs of these jobs that others have started, as the jobs that they follow and people do: TERM, and KILL when they have not ended long after
 * their grace. As the first process of a container we would otherwise take them with us in the midst of their work. Windows cannot ask them to end, and
 * there they outlive us.
 */
export async function stopRuns(
  { files, platform, sleep, stateDir }: Host,
  entries: readonly ReadyEntry[],
  byItself: ByItself,
): Promise<void> {
  if (platform === 'win32') return;
  const asked = new Map<string, number>();
  const killed = new Set<string>();
  for (;;) {
    let left = 0;
    for (const { namespace, launch } of entries) {
      const layout = namespaceLayout(stateDir, namespace);
      const state = byItself(`${namespace}/${launch.tenant}/${launch.name}`, () => readJobState(files, layout, launch));
      for (const claim of state?.claims ?? []) {
        const { runId, owner, backend } = claim;
        if (backend !== launch.backend || killed.has(runId) || !isAlive(files, owner)) continue;
        left += 1;
        const since = asked.get(runId);
        if (since === undefined) {
          asked.set(runId, performance.now());
          endOwner(files, claim, 'SIGTERM');
        } else if (performance.now() - since > launch.graceMs + tidyMs) {
          killed.add(runId);
          endOwner(files, claim, 'SIGKILL');
        }
      }
    }
    if (left === 0) return;
    await sleep(lookEveryMs);
  }
}
