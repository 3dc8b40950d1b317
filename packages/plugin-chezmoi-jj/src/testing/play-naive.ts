import { historyOf } from './history.ts';
import { markersIn } from './invariants.ts';
import type { modelWorlds } from './model-world.ts';
import { naiveSync } from './naive-sync.ts';
import { playHistory } from './play-history.ts';
import { filesOf } from './world.ts';

/** What the naive order does to one history. */
export interface NaiveReport {
  readonly edits: number;
  readonly lost: number;
  /** Homes that had conflict markers in a dotfile at some time. */
  readonly markers: number;
}

/** Plays a history with the naive order, without kills, and lets it come to rest. */
export async function playNaive(renew: Awaited<ReturnType<typeof modelWorlds>>, seed: number): Promise<NaiveReport> {
  const history = historyOf(seed);
  const { hosts } = await renew(history);
  const marked = new Set<string>();
  const look = async (): Promise<void> => {
    for (const host of hosts) if (markersIn(host).length > 0) marked.add(host.name);
  };
  const ledger = await playHistory(hosts, history, { deletes: false, sync: async (host) => await naiveSync(host), look });
  for (const host of hosts) host.reach(true);
  for (let round = 0; round < 3; round += 1) {
    for (const host of hosts) await naiveSync(host);
    await look();
  }
  const texts = hosts.flatMap(({ home }) => Object.values(filesOf(home)));
  return { edits: ledger.count(), lost: ledger.lost(texts).length, markers: marked.size };
}
