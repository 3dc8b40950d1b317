import { readdirSync, readFileSync } from 'node:fs';

/**
 * Processes that a killed runner left behind: those with its run id in their environment, wherever they went. Only Linux shows another process's
 * environment; elsewhere there are none that can be found.
 */
export function orphansOf(runIds: ReadonlySet<string>): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  if (runIds.size === 0 || process.platform !== 'linux') return found;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    const runId = runIdOf(name);
    if (runId === undefined || !runIds.has(runId)) continue;
    found.set(runId, [...(found.get(runId) ?? []), Number(name)]);
  }
  return found;
}

function runIdOf(pid: string): string | undefined {
  try {
    return /(?:^|\0)ROTA_RUN_ID=([^\0]*)/.exec(readFileSync(`/proc/${pid}/environ`, 'latin1'))?.[1];
  } catch {
    return undefined; // it has ended, or is another user's
  }
}
