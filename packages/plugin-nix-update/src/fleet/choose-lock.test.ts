import { expect, test } from 'vitest';
import { chooseLock } from './choose-lock.ts';
import type { HostReport } from './host-report.ts';

const day = 86_400_000;
const now = Date.parse('2026-03-31T02:00:00Z');
const rings = [
  { name: 'canary', soak: 7 * day },
  { name: 'rest', soak: 7 * day },
];
const ago = (days: number): string => new Date(now - days * day).toISOString();

function host(name: string, healthy: readonly (readonly [string, number])[], bad: readonly string[] = []): HostReport {
  return {
    formatVersion: 1,
    host: name,
    ring: 'canary',
    at: ago(0),
    status: 'updated',
    class: null,
    current: null,
    lockDigest: null,
    rebootNeeded: false,
    healthy: healthy.map(([lockDigest, days]) => ({ lockDigest, at: ago(days) })),
    bad: bad.map((lockDigest) => ({ lockDigest, at: ago(1), reason: 'x' })),
  };
}

const lockMade = (days: number): string =>
  JSON.stringify({
    nodes: { root: { inputs: { dep: 'dep' } }, dep: { locked: { rev: 'x', lastModified: (now - days * day) / 1000 } } },
    root: 'root',
  });
const locks = { a: lockMade(21), b: lockMade(9), c: lockMade(3), damaged: '{' };
const choose = (hosts: readonly HostReport[], ring: string | undefined = 'rest') =>
  chooseLock({ hosts, locks }, { rings, ring, nowMs: now });

test('the first ring, and a host outside rings, update by themselves', () => {
  expect([choose([], 'canary'), chooseLock({ hosts: [], locks }, { rings: [], ring: undefined, nowMs: now })]).toEqual([
    { kind: 'own' },
    { kind: 'own' },
  ]);
});

test('a later ring takes the newest lock that has soaked long enough', () => {
  expect(
    choose([
      host('anna', [
        ['a', 20],
        ['b', 8],
        ['c', 2],
      ]),
    ]),
  ).toMatchObject({ kind: 'proven', lockDigest: 'b', by: ['anna'] });
});

test('a lock that any host has sent back since is not taken', () => {
  expect(
    choose([
      host('anna', [
        ['a', 20],
        ['b', 8],
      ]),
      host('bert', [], ['b']),
    ]),
  ).toMatchObject({ kind: 'proven', lockDigest: 'a' });
});

test('without a lock that has soaked, without its text, and in a ring that nobody declared, nothing is taken', () => {
  expect(choose([host('anna', [['c', 2]])])).toMatchObject({ kind: 'none' });
  expect(choose([host('anna', [['lost', 20]])])).toMatchObject({ kind: 'none' });
  expect(choose([host('anna', [['damaged', 20]])])).toMatchObject({ kind: 'none' });
  expect(choose([], 'rset')).toEqual({ kind: 'none', reason: 'There is no ring "rset"; there are canary, rest.' });
});

test('a host whose clock had no battery has not waited since 1970: the wait begins with the newest input', () => {
  expect(choose([host('anna', [['c', 20_000]])])).toMatchObject({ kind: 'none' });
  expect(choose([host('anna', [['b', 20_000]])])).toMatchObject({ kind: 'proven', lockDigest: 'b' });
});
