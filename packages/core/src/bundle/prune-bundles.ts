import type { Host } from '../host/host.ts';
import { withLock } from '../state/lock.ts';
import { bundleLayout } from './bundle-layout.ts';
import type { BundleRetention } from './spec/bundle-spec.ts';
import type { BundleStore, Sidecar } from './store/bundle-store.ts';

/** What becomes of each bundle, and why. */
export interface PruneDecision {
  readonly bundle: Sidecar;
  readonly keep: boolean;
  readonly reason: string;
}

/**
 * Decides which bundles of one job a policy keeps. Whatever it says, the newest complete bundle, the newest of the highest verified level and
 * pinned ones stay. When the newest capture was not complete, when a bundle is dated in the future (a clock that moved makes every age wrong), or
 * when nothing complete would stay, everything does. Pure.
 */
export function decidePrune(bundles: readonly Sidecar[], retention: BundleRetention, nowMs: number): readonly PruneDecision[] {
  const newestFirst = [...bundles].sort((a, b) => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0));
  const all = (reason: string): readonly PruneDecision[] => newestFirst.map((bundle) => ({ bundle, keep: true, reason }));
  const [newest] = newestFirst;
  if (newest === undefined) return [];
  if (newest.outcome !== 'ok') return all('the newest capture is not complete');
  if (Date.parse(newest.createdAt) > nowMs + 60_000) return all('the newest bundle is dated in the future');
  const reasons = new Map<string, string>();
  const keep = (bundle: Sidecar | undefined, reason: string): void => {
    if (bundle !== undefined && !reasons.has(bundle.id)) reasons.set(bundle.id, reason);
  };
  const good = newestFirst.filter(({ outcome }) => outcome === 'ok');
  // Of two that were made within the same second nobody can say which is the newer.
  for (const bundle of good) if (bundle.createdAt === good[0]?.createdAt) keep(bundle, 'the newest complete one');
  const highest = Math.max(...good.map(({ verified }) => verified?.level ?? -1));
  if (highest >= 0)
    keep(
      good.find(({ verified }) => verified?.level === highest),
      `the newest that is verified to level ${highest}`,
    );
  for (const bundle of newestFirst) if (bundle.pinned === true) keep(bundle, 'pinned');
  for (const bundle of good.slice(0, retention.last)) keep(bundle, `among the last ${retention.last}`);
  // Captures that follow each other fast are dated a little ahead, and no age at all keeps none of them.
  // Counted from the newest, not from now: while captures fail, or by a clock that is ahead, age alone would take one after the other.
  const until = Date.parse(good[0]?.createdAt ?? '') - retention.withinMs;
  for (const bundle of good) if (Date.parse(bundle.createdAt) > until) keep(bundle, 'young enough');
  for (const [count, word, periodOf] of [
    [retention.daily, 'day', (at: Date) => at.toISOString().slice(0, 10)],
    [retention.weekly, 'week', weekOf],
    [retention.monthly, 'month', (at: Date) => at.toISOString().slice(0, 7)],
    [retention.yearly, 'year', (at: Date) => at.toISOString().slice(0, 4)],
  ] as const) {
    const seen = new Set<string>();
    for (const bundle of good) {
      const period = periodOf(new Date(bundle.createdAt));
      if (seen.has(period) || seen.size >= count) continue;
      seen.add(period);
      keep(bundle, `the newest of its ${word}`);
    }
  }
  return newestFirst.map((bundle) => {
    const reason = reasons.get(bundle.id);
    return {
      bundle,
      keep: reason !== undefined,
      reason: reason ?? (bundle.outcome === 'ok' ? 'no rule keeps it' : 'not complete'),
    };
  });
}

/**
 * Removes what the policy does not keep. Only bundles of this job and this host that have a sidecar of ours are looked at. Of several stores each
 * is judged by what it has itself, and what fails in one is done in the others all the same; where they differ, each has a decision of its own.
 *
 * @throws ROTA_LOCK_HELD, ROTA_BUNDLE_STORE
 */
export async function pruneBundles(input: {
  readonly host: Host;
  readonly namespace: string;
  readonly store: BundleStore;
  readonly of: { readonly tenant: string; readonly name: string };
  readonly retention: BundleRetention;
  readonly dryRun?: boolean;
}): Promise<readonly PruneDecision[]> {
  const { host, store, of, retention, dryRun } = input;
  const { lock, root } = bundleLayout(host.stateDir, input.namespace);
  host.files.makeFolder(root, 0o700);
  return await withLock(host, lock, { purpose: `prune bundles of ${of.tenant}/${of.name}` }, async () => {
    const stores = store.stores ?? [store];
    const decided = new Map<BundleStore, readonly PruneDecision[]>();
    const failures: unknown[] = [];
    for (const one of stores) {
      try {
        const mine = (await one.list()).filter(
          ({ tenant, name, host: made }) => tenant === of.tenant && name === of.name && made === host.hostname,
        );
        const decisions = decidePrune(mine, retention, host.now());
        decided.set(one, decisions);
        const leaving = decisions.filter(({ keep }) => !keep).map(({ bundle }) => bundle);
        if (dryRun !== true && leaving.length > 0) await one.remove(leaving);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0 && (dryRun !== true || decided.size === 0)) throw failures[0];
    return asOne(decided);
  });
}

/** A bundle that is in several stores is told once where they agree. */
function asOne(decided: ReadonlyMap<BundleStore, readonly PruneDecision[]>): readonly PruneDecision[] {
  const all = [...decided].flatMap(([{ place }, decisions]) => decisions.map((decision) => ({ ...decision, place })));
  return all
    .flatMap(({ place, ...decision }, at) => {
      const same = all.filter(({ bundle }) => bundle.id === decision.bundle.id);
      if (same.some(({ keep }) => keep !== decision.keep)) return [{ ...decision, reason: `${decision.reason} in ${place}` }];
      return all.findIndex(({ bundle }) => bundle.id === decision.bundle.id) === at ? [decision] : [];
    })
    .sort((a, b) => (a.bundle.createdAt < b.bundle.createdAt ? 1 : a.bundle.createdAt > b.bundle.createdAt ? -1 : 0));
}

/** Monday of the week. */
function weekOf(at: Date): string {
  const day = new Date(at);
  day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
  return day.toISOString().slice(0, 10);
}
