import { rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Host } from '../../host/host.ts';
import { clearAway, readLines, swapBack } from '../restore/swap-roots.ts';
import type { BundleService } from '../spec/bundle-spec.ts';
import { type Fence, liftFences, raiseFences } from './fence.ts';
import { decide, type Verdict } from './verdict.ts';

/**
 * Ends the receiving side of a migration as it was decided, which is now if it was not. Undone: the service is stopped, the roots are as they were
 * before, and the units are free again. Can be interrupted and called again.
 */
export async function settleArrival(host: Host, work: string): Promise<Verdict> {
  const journal = join(work, 'journal.jsonl');
  const lines = readLines(host, journal);
  const [begin] = lines;
  if (begin?.step !== 'begin' || begin.arrival === undefined) return 'undone';
  const verdict = decide(host, begin.arrival.verdict, 'undone');
  host.files.remove(join(work, 'armed'));
  if (verdict === 'undone' && lines.length > 1) {
    await stopAll(host, begin.services);
    swapBack(host, lines);
  }
  if (verdict === 'committed') clearAway(host, [...lines, { step: 'commit' }]);
  for (const { fresh } of begin.swaps) {
    // What was sent by a process that is gone may still be arriving.
    if (verdict === 'undone' && host.files.facts(dirname(fresh)) !== undefined)
      await rm(dirname(fresh), { recursive: true, force: true, maxRetries: 10 });
    else host.files.removeFolder(dirname(fresh));
  }
  const { arriving, moved } = fencesOf(host, work);
  if (verdict === 'undone') await raiseFences(host, moved);
  else for (const file of [`${begin.arrival.tombstone}.json`, begin.arrival.tombstone]) host.files.remove(file);
  await liftFences(host, arriving);
  host.files.remove(begin.arrival.marker);
  rmSync(work, { recursive: true, force: true });
  return verdict;
}

function fencesOf(host: Host, work: string): { readonly arriving: readonly Fence[]; readonly moved: readonly Fence[] } {
  const text = host.files.readText(join(work, 'fences.json'));
  return text === undefined ? { arriving: [], moved: [] } : JSON.parse(text);
}

/** Each is tried; one that does not stop is told by what is found running later. */
async function stopAll(host: Host, services: readonly BundleService[]): Promise<void> {
  for (const { stop } of services) {
    const [file = '', ...args] = stop;
    await host.run({ file, args, timeoutMs: 60_000 }).catch(() => undefined);
  }
}
