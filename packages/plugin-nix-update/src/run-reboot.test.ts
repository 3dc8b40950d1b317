import { createHost, type Host, lockHolder, withLock } from '@rota/core';
import { temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';
import { updateLayout } from './machine/layout.ts';
import { rebootForUpdate } from './run-reboot.ts';

test('a window that opens while an update, or the look after a boot, runs is no failure: the update decides; a person is told, and can take an announced reboot back', async () => {
  const host = createHost({ stateDir: temporaryFolder() });
  const options = { flakePath: '/x' };
  const { lock, root } = updateLayout(host.stateDir);
  host.files.makeFolder(root);
  // A look after a boot takes as long as `healthGrace` says.
  await withLock(host, lock, { purpose: 'nix verify', waitMs: 0 }, async () => {
    expect(await rebootForUpdate({ host, options, mode: 'when-due' })).toMatchObject({
      outcome: 'not-due',
      reason: expect.stringContaining('nix verify'),
    });
  });
  await withLock(host, lock, { purpose: 'nix update', waitMs: 0 }, async () => {
    expect(await rebootForUpdate({ host, options, mode: 'when-due' })).toMatchObject({
      outcome: 'not-due',
      reason: expect.stringContaining('nix update'),
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

test('what else is under way is waited for, a minute, and named when it does not end', async () => {
  let slept = 0;
  let release = (): void => undefined;
  const sleep = async (ms: number): Promise<void> => {
    // Each look takes a second.
    slept += 20 * ms;
    if (slept > 3000) release();
    await new Promise((resolve) => setImmediate(resolve));
  };
  const host = createHost({ stateDir: temporaryFolder(), sleep, now: () => slept });
  const { lock, root } = updateLayout(host.stateDir);
  const asked = async () => await rebootForUpdate({ host, options: { flakePath: '/x' }, mode: 'when-due' });
  host.files.makeFolder(root);
  const verifying = withLock(host, lock, { purpose: 'nix rollback' }, async () => {
    await new Promise<void>((resolve) => {
      release = resolve;
    });
  });
  expect(await asked()).toMatchObject({ outcome: 'not-due', reason: 'No update waits for a reboot.' });
  await verifying;
  expect([slept > 3000, lockHolder(host, lock)]).toEqual([true, null]);

  slept = 0;
  await withLock(host, lock, { purpose: 'nix rollback' }, async () => {
    await expect(asked()).rejects.toMatchObject({ code: 'ROTA_LOCK_HELD', message: expect.stringContaining('nix rollback') });
  });
  expect(slept).toBeGreaterThan(50_000);
});
