import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import { bundleLayout } from './bundle-layout.ts';
import { isUndecided, settleDeparture } from './migrate/departure.ts';
import { settleArrival } from './migrate/settle-arrival.ts';
import { keepDumps } from './restore/restore-databases.ts';
import { clearAway, isSwappedBack, keepReplaced, readLines } from './restore/swap-roots.ts';
import { undoSwap } from './restore/undo-swap.ts';
import { sweepScratch } from './scratch-folder.ts';
import { withClaim } from './service/claim.ts';
import { wakeAbandoned } from './service/downtime.ts';

/** What was found of a capture or a restore that did not come to its end. */
export interface BundleRecovery {
  readonly work: string;
  /**
   * `completed`: it had been committed; `undone`: everything is as it was before it; `undecided`: only the machine that a service moved to knows,
   * and it cannot be reached; `failed`: something stood in the way, and the next command tries again.
   */
  readonly outcome: 'completed' | 'undone' | 'undecided' | 'failed';
  /** Services that were started. */
  readonly started: readonly string[];
  /** What somebody should know: what is kept and where, what stood in the way. */
  readonly notes: readonly string[];
}

/**
 * Ends what an earlier process began and did not end: roots are put back, services started, left-overs removed. What a restore had put in place is
 * kept, for a service may have written to it. What cannot be ended holds up nothing else. The caller holds the lock. Can be interrupted and called
 * again.
 */
export async function recoverBundles(host: Host, namespace: string): Promise<readonly BundleRecovery[]> {
  const layout = bundleLayout(host.stateDir, namespace);
  sweepScratch(host, namespace);
  const recovered: BundleRecovery[] = [];
  for (const work of host.files.list(layout.work)) {
    const folder = join(layout.work, work);
    const ended = await withClaim(host, folder, () => endWork(host, folder, work)).catch((error: unknown) => ({
      outcome: 'failed' as const,
      started: [],
      notes: [`${work} was cut off, and could not be ended: ${messageOf(error)}`],
    }));
    recovered.push({ work, ...ended });
  }
  return recovered;
}

type Ended = Omit<BundleRecovery, 'work'>;

async function endWork(host: Host, work: string, name: string): Promise<Ended> {
  if (name.startsWith('departure-')) return { outcome: await settledOutcome(host, work), started: [], notes: [] };
  if (name.startsWith('arrival-')) {
    const verdict = await settleArrival(host, work);
    return { outcome: verdict === 'committed' ? 'completed' : 'undone', started: [], notes: [] };
  }
  const journal = join(work, 'journal.jsonl');
  const lines = readLines(host, journal);
  const [begin] = lines;
  const committed = lines.some(({ step }) => step === 'commit');
  const clear = (): readonly string[] => {
    const kept = committed
      ? []
      : [
          ...keepReplaced(host, lines).map(
            (path) => `A restore was cut off, and was undone. What stood in the place of a root meanwhile is kept: ${path}`,
          ),
          ...keepDumps(host, work),
        ];
    clearAway(host, lines);
    return kept;
  };
  let started: readonly string[];
  if (committed || lines.length < 2 || begin?.step !== 'begin') started = await wakeAbandoned(host, work);
  else {
    try {
      started = await undoSwap(host, work, begin.services, []);
    } catch (error) {
      if (!isSwappedBack(lines)) throw error;
      const told = [messageOf(error), ...clear()].join(' ');
      // Only the start is left to do. What a person does with the roots until then is not to be undone.
      host.files.remove(journal);
      throw new Error(told, { cause: error });
    }
  }
  const notes = clear();
  // A guard may just be looking for the claim.
  rmSync(work, { recursive: true, force: true, maxRetries: 10 });
  return { outcome: committed ? 'completed' : 'undone', started, notes };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
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
