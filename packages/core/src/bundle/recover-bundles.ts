import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import { bundleLayout } from './bundle-layout.ts';
import { isUndecided, settleDeparture } from './migrate/departure.ts';
import { settleArrival } from './migrate/settle-arrival.ts';
import { clearAway, readLines } from './restore/swap-roots.ts';
import { undoSwap } from './restore/undo-swap.ts';
import { sweepScratch } from './scratch-folder.ts';
import { wakeAbandoned } from './service/downtime.ts';

/** What was found of a capture or a restore that did not come to its end. */
export interface BundleRecovery {
  readonly work: string;
  /**
   * `completed`: it had been committed; `undone`: everything is as it was before it; `undecided`: only the machine that a service moved to knows,
   * and it cannot be reached.
   */
  readonly outcome: 'completed' | 'undone' | 'undecided';
  /** Services that were started. */
  readonly started: readonly string[];
}

/**
 * Ends what an earlier process began and did not end: roots are put back, services started, left-overs removed. The caller holds the lock.
 * Can be interrupted and called again.
 */
export async function recoverBundles(host: Host, namespace: string): Promise<readonly BundleRecovery[]> {
  const layout = bundleLayout(host.stateDir, namespace);
  sweepScratch(host, namespace);
  const recovered: BundleRecovery[] = [];
  for (const name of host.files.list(layout.work)) {
    const work = join(layout.work, name);
    if (name.startsWith('departure-')) {
      recovered.push({ work: name, outcome: await settledOutcome(host, work), started: [] });
      continue;
    }
    if (name.startsWith('arrival-')) {
      const verdict = await settleArrival(host, work);
      recovered.push({ work: name, outcome: verdict === 'committed' ? 'completed' : 'undone', started: [] });
      continue;
    }
    const lines = readLines(host, join(work, 'journal.jsonl'));
    const committed = lines.some(({ step }) => step === 'commit');
    const [begin] = lines;
    const swapped = !committed && lines.length > 1 && begin?.step === 'begin';
    const started = swapped ? await undoSwap(host, work, begin.services, []) : await wakeAbandoned(host, work);
    clearAway(host, lines);
    rmSync(work, { recursive: true, force: true });
    recovered.push({ work: name, outcome: committed ? 'completed' : 'undone', started });
  }
  return recovered;
}

/** A machine that cannot be reached holds up its own service, and no other. */
async function settledOutcome(host: Host, work: string): Promise<BundleRecovery['outcome']> {
  try {
    return (await settleDeparture(host, work)) === 'committed' ? 'completed' : 'undone';
  } catch (error) {
    if (isUndecided(error)) return 'undecided';
    throw error;
  }
}
