import { createHost } from '@rota/core';
import { temporaryFolder } from '@rota/test-support';
import { afterEach, expect, test, vi } from 'vitest';
import { runUpdate } from '../run-update.ts';

afterEach(() => void vi.restoreAllMocks());

test('a hook that takes as long as fetch, evaluation and build may leaves them all of their time', async () => {
  const minute = 60_000;
  const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
  const given: (number | undefined)[] = [];
  const host = createHost({
    stateDir: temporaryFolder(),
    user: { name: 'root', uid: 0, home: '/root' },
    run: async ({ file, timeoutMs }) => {
      if (file === 'slow-hook') clock.mockReturnValue(30 * minute);
      if (file === 'nix') given.push(timeoutMs);
      return { exitCode: file === 'nix' ? 1 : 0, signal: null, stdout: '', stderr: '', timedOut: false };
    },
  });
  const options = {
    flakePath: '/x',
    timeout: '30m',
    preUpdateHooks: [{ command: ['slow-hook'], timeout: '30m' }],
    requireNetwork: false,
    requireAcPower: false,
    allowMetered: true,
    minUptime: '0s',
    diskThreshold: 100,
  };
  expect(await runUpdate({ options, host })).toMatchObject([{ status: 'failed', step: 'validate' }]);
  expect(given).toEqual([30 * minute]);
});
