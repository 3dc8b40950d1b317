import { isRotaError } from '../errors/rota-error.ts';
import { printJobKey } from '../job/job-key.ts';
import type { Plan, PlannedEntry } from '../plan/plan.ts';
import { scheduleFacts } from '../plan/schedule-facts.ts';
import { horizonIsStale } from '../schedule/proof/horizon.ts';
import { withFollowed } from '../state/followed-launch-files.ts';
import { type PlanAgainInput, planAgain } from './plan-again.ts';

/**
 * The entries of an earlier generation, byte for byte, but for those whose horizon is used up by now or whose zone has other data: these are compiled again
 * from their jobs. Where that cannot be done any more, they too stay as they were, and maintenance and the doctor tell of it.
 */
export async function freshEntries(input: PlanAgainInput): Promise<Pick<Plan, 'entries' | 'launchFiles'>> {
  const { entries } = input.generation;
  const asTheyWere = { entries, launchFiles: {} };
  try {
    const stale = new Set(staleOnes(input).map(printJobKey));
    if (stale.size === 0) return asTheyWere;
    const plan = await planAgain({ ...input, repair: true });
    const fresh = new Map(plan.entries.flatMap((entry) => (stale.has(printJobKey(entry)) ? [[printJobKey(entry), entry]] : [])));
    const named = [...fresh.values()].flatMap(({ launchFile }) => launchFile ?? []);
    const needed = withFollowed(named, (name) => plan.launchFiles[name]);
    return {
      entries: entries.map((entry) => fresh.get(printJobKey(entry)) ?? entry),
      launchFiles: Object.fromEntries(Object.entries(plan.launchFiles).filter(([name]) => needed.has(name))),
    };
  } catch (error) {
    if (isRotaError(error)) return asTheyWere;
    throw error;
  }
}

function staleOnes({ host, generation }: PlanAgainInput): readonly PlannedEntry[] {
  const facts = scheduleFacts(host.timezone, { roots: host.zoneRoots });
  const now = Math.floor(host.now() / 1000);
  return generation.entries.filter(
    ({ job, horizon, zoneDigest }) =>
      horizon !== null && (horizonIsStale(horizon, now) || zoneDigest !== (facts.declared(job)?.zoneDigest ?? null)),
  );
}
