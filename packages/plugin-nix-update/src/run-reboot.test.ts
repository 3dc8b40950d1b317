import { createHost, type Host, withLock } from '@rota/core';
import { temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';
import { updateLayout } from './machine/layout.ts';
import { rebootForUpdate } from './run-reboot.ts';

test('a window that opens while an update runs is no failure: the update decides; a person is told, and can take an announced reboot back', async () => {
  const host = createHost({ stateDir: temporaryFolder() });
  const options = { flakePath: '/x' };
  const { lock, root } = updateLayout(host.stateDir);
  host.files.makeFolder(root);
  await withLock(host, lock, { purpose: 'nix update', waitMs: 0 }, async () => {
    expect(await rebootForUpdate({ host, options, mode: 'when-due' })).toMatchObject({
      outcome: 'not-due',
      reason: expect.stringContaining('An update runs'),
    });
    await expect(rebootForUpdate({ host, options, mode: 'now' })).rejects.toMatchObject({ code: 'ROTA_LOCK_HELD' });
    // An announced one can be taken back while the update that has announced it still tells others.
    const announced = {
      ...host.files,
      facts: (path: string) => host.files.facts(path === '/run/systemd/shutdown/scheduled' ? '/' : path),
    };
    const calls: string[] = [];
    const run: Host['run'] = async ({ file, args }) => {
      calls.push([file, ...args].join(' '));
      return { exitCode: 0, signal: null, stdout: '', stderr: '', timedOut: false };
    };
    const busy = { ...host, files: announced, run };
    expect(await rebootForUpdate({ host: busy, options, mode: 'cancel' })).toMatchObject({ outcome: 'cancelled' });
    expect(calls).toEqual(['shutdown -c']);
  });
  expect(await rebootForUpdate({ host, options, mode: 'when-due' })).toMatchObject({
    outcome: 'not-due',
    reason: 'No update waits for a reboot.',
  });
});
