import { expect, test } from 'vitest';
import { parseCost } from './check-cost.ts';

test('the preview of nix is read: one or many, what is fetched, in which units', () => {
  const one = 'this derivation will be built:\n  /nix/store/a-x.drv\n';
  const many = `warning: Git tree is dirty
these 2 derivations will be built:
  /nix/store/a-x.drv
  /nix/store/b-y.drv
these 3 paths will be fetched (1.50 MiB download, 2.25 GiB unpacked):
  /nix/store/c-1
  /nix/store/d-2
  /nix/store/e-3
`;
  const none = { builds: 0, fetches: 0, downloadBytes: 0, unpackedBytes: 0 };
  expect(parseCost('')).toEqual(none);
  expect(parseCost(one)).toEqual({ ...none, builds: 1 });
  expect(parseCost(many)).toEqual({ builds: 2, fetches: 3, downloadBytes: 1.5 * 2 ** 20, unpackedBytes: 2.25 * 2 ** 30 });
});
