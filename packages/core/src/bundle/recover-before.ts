import { join } from 'node:path';
import { RotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import { bundleLayout } from './bundle-layout.ts';
import { recoverBundles } from './recover-bundles.ts';
import { isSwappedBack, readLines } from './restore/swap-roots.ts';
import type { BundleSpec } from './spec/bundle-spec.ts';

/**
 * Ends what was cut off before something is done with a state. What could not be ended is in the way only where it has that state in its hands.
 * Resolves to what somebody should know.
 *
 * @throws ROTA_BUNDLE_RESTORE
 */
export async function recoverBefore(
  host: Host,
  namespace: string,
  { roots }: Pick<BundleSpec, 'roots'>,
): Promise<readonly string[]> {
  const recovered = await recoverBundles(host, namespace);
  for (const { work, outcome, notes } of recovered) {
    if (outcome !== 'failed' || work.startsWith('departure-')) continue;
    const lines = readLines(host, join(bundleLayout(host.stateDir, namespace).work, work, 'journal.jsonl'));
    const [begin] = lines;
    const isOurs = begin?.step === 'begin' && begin.swaps.some(({ target }) => roots.some(({ path }) => path === target));
    if (isOurs && !lines.some(({ step }) => step === 'commit') && !isSwappedBack(lines))
      throw new RotaError('ROTA_BUNDLE_RESTORE', `An earlier restore has to be undone first. ${notes.join(' ')}`);
  }
  return recovered.flatMap(({ notes }) => notes);
}
