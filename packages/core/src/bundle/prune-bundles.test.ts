import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { captureBundle } from './capture/capture.ts';
import { decidePrune, pruneBundles } from './prune-bundles.ts';
import { serviceUnderTest } from './service.fixture.ts';
import type { BundleRetention } from './spec/bundle-spec.ts';
import type { Sidecar } from './store/bundle-store.ts';
import { folderStore } from './store/folder-store.ts';
import { severalStores } from './store/several-stores.ts';

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
  // Captures that follow each other within a second are dated a second later each, and so a little ahead of the clock.
  expect(kept(june, { last: 2 }, '2026-06-30T01:59:59Z')).toEqual(['d30', 'd29']);
  expect(kept(june, { last: 2, withinMs: 1000 }, '2026-06-30T01:59:59Z')).toEqual(['d30', 'd29']);
});

test('age is counted from the newest good one, so that nothing ages away while captures fail or the clock is ahead', () => {
  for (const now of ['2026-06-30T12:00:00Z', '2026-08-30T12:00:00Z', '2040-01-01T00:00:00Z'])
    expect(kept(june, { withinMs: 3 * 86_400_000 }, now), now).toEqual(['d30', 'd29', 'd28']);
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

test('a store that takes no more bundles keeps those that it has', async () => {
  const service = serviceUnderTest();
  try {
    const host = service.host();
    const spec = service.spec({ retention: { last: 3 } });
    const [near, far] = ['near', 'far'].map((name) => folderStore(host, join(service.folder, name)));
    if (near === undefined || far === undefined) throw new Error('There are two.');
    const full = { ...far, put: () => Promise.reject(new Error('no space left on device')) };
    const capture = async (there: typeof far) =>
      await captureBundle({ host, namespace: 'default', spec, store: severalStores([near, there]), full: true });
    for (let at = 0; at < 4; at += 1) await capture(far);
    const held = (await far.list()).map(({ id }) => id);
    for (let at = 0; at < 3; at += 1) await expect(capture(full)).rejects.toThrow('no space left');
    const input = { host, namespace: 'default', store: severalStores([near, full]), of: spec, retention: spec.retention };
    const foretold = await pruneBundles({ ...input, dryRun: true });
    const decisions = await pruneBundles(input);
    expect(decisions).toEqual(foretold);
    expect((await far.list()).map(({ id }) => id)).toEqual(held.slice(1));
    expect(await near.list()).toHaveLength(3);
    // The oldest is told once; what only one of them keeps, with where.
    const [oldest, ...others] = held;
    expect(decisions.filter(({ bundle: { id } }) => id === oldest)).toMatchObject([{ keep: false, reason: 'no rule keeps it' }]);
    for (const id of others)
      expect(decisions.filter(({ bundle: one }) => one.id === id).map(({ keep, reason }) => [keep, reason])).toEqual([
        [false, `no rule keeps it in ${near.place}`],
        [true, expect.stringContaining(` in ${far.place}`)],
      ]);
  } finally {
    service.remove();
  }
});
