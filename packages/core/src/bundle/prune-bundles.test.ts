import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decidePrune } from './prune-bundles.ts';
import type { BundleRetention } from './spec/bundle-spec.ts';
import type { Sidecar } from './store/bundle-store.ts';

const none: BundleRetention = { last: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0, withinMs: 0 };
const bundle = (id: string, createdAt: string, change: Partial<Sidecar> = {}): Sidecar => ({
  formatVersion: 1,
  id,
  file: `${id}.tar.gz`,
  size: 1,
  sha256: '',
  tenant: 't',
  name: 'n',
  host: 'h',
  createdAt,
  outcome: 'ok',
  consistency: 'live',
  compression: 'gzip',
  encrypted: false,
  entries: 1,
  bytes: 1,
  treeDigest: '',
  verified: null,
  ...change,
});
const kept = (bundles: readonly Sidecar[], retention: Partial<BundleRetention>, now = '2026-06-30T12:00:00Z') =>
  decidePrune(bundles, { ...none, ...retention }, Date.parse(now))
    .filter(({ keep }) => keep)
    .map((one) => one.bundle.id);

const june = Array.from({ length: 30 }, (_, day) =>
  bundle(`d${day + 1}`, `2026-06-${String(day + 1).padStart(2, '0')}T02:00:00Z`),
);

test('grandfather, father and son', () => {
  expect(kept(june, { last: 2, daily: 3 })).toEqual(['d30', 'd29', 'd28']);
  // The 29th of June 2026 is a Monday.
  expect(kept(june, { weekly: 3 })).toEqual(['d30', 'd28', 'd21']);
  expect(kept(june, { monthly: 5 })).toEqual(['d30']);
  expect(kept(june, { withinMs: 3 * 86_400_000 })).toEqual(['d30', 'd29', 'd28']);
});

test('the newest good and the newest verified one stay whatever the policy says', () => {
  expect(kept(june, {})).toEqual(['d30']);
  const proven = june.map((one) => (one.id === 'd3' || one.id === 'd7' ? { ...one, verified: { level: 4, at: '' } } : one));
  expect(kept(proven, {})).toEqual(['d30', 'd7']);
  expect(
    kept(
      june.map((one) => (one.id === 'd2' ? { ...one, pinned: true } : one)),
      {},
    ),
  ).toEqual(['d30', 'd2']);
});

test('nothing goes while captures fail or the clock is wrong', () => {
  const failing = [...june.slice(0, 29), { ...bundle('d30', '2026-06-30T02:00:00Z'), outcome: 'partial' as const }];
  expect(kept(failing, {})).toHaveLength(30);
  expect(kept(june, {}, '2026-06-29T12:00:00Z')).toHaveLength(30);
});

test('a good bundle always stays, and an incomplete one never counts', () => {
  const any = fc.array(
    fc.record({ day: fc.integer({ min: 1, max: 28 }), ok: fc.boolean(), level: fc.option(fc.integer({ min: 1, max: 4 })) }),
    { minLength: 1, maxLength: 20 },
  );
  const policy = fc.record({ last: fc.nat(3), daily: fc.nat(3), weekly: fc.nat(3), monthly: fc.nat(3), yearly: fc.nat(3) });
  fc.assert(
    fc.property(any, policy, (list, retention) => {
      const bundles = list.map(({ day, ok, level }, index) =>
        bundle(`b${index}`, `2026-06-${String(day).padStart(2, '0')}T02:00:00Z`, {
          outcome: ok ? 'ok' : 'partial',
          verified: level === null ? null : { level, at: '' },
        }),
      );
      const stay = kept(bundles, retention);
      const good = bundles.filter(({ outcome }) => outcome === 'ok');
      const newest = good
        .map(({ createdAt }) => createdAt)
        .sort()
        .at(-1);
      if (newest !== undefined) expect(bundles.some(({ id, createdAt }) => stay.includes(id) && createdAt === newest)).toBe(true);
      const highest = Math.max(-1, ...good.map(({ verified }) => verified?.level ?? -1));
      if (highest > 0) expect(good.some(({ id, verified }) => stay.includes(id) && verified?.level === highest)).toBe(true);
    }),
  );
});
