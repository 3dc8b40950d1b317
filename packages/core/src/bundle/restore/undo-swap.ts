import { join } from 'node:path';
import type { Host } from '../../host/host.ts';
import { beginDowntime, sleepersOf } from '../service/downtime.ts';
import type { BundleSpec } from '../spec/bundle-spec.ts';
import { readLines, swapBack, swapBackScript } from './swap-roots.ts';

/**
 * Undoes a swap that was begun and not committed: stops what runs on the restored roots, puts the old ones back, and starts what ran before.
 * Without a begun swap it only starts what stands still. Can be interrupted and called again. Resolves to what was started.
 */
export async function undoSwap(
  host: Host,
  work: string,
  services: BundleSpec['services'],
  wasRunning: readonly string[],
): Promise<readonly string[]> {
  const lines = readLines(host, join(work, 'journal.jsonl'));
  const asleep = [...new Set([...sleepersOf(host, work), ...wasRunning])];
  const spec = { services, quiesce: [], hookTimeoutMs: 60_000 };
  const [begin] = lines;
  const guardFirst = begin?.step === 'begin' ? swapBackScript(begin.swaps) : '';
  const downtime = await beginDowntime(host, spec, work, { guardMs: 600_000, freeze: false, alsoWake: asleep, guardFirst });
  try {
    swapBack(host, lines);
  } finally {
    await downtime.end();
  }
  return [...new Set([...asleep, ...downtime.stopped])];
}
