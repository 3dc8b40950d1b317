import { join } from 'node:path';
import { createHost, type Host, nodeFiles } from '@rota/core';
import { temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';
import { readBootId } from '../machine/read-boot-id.ts';
import { openContext } from '../open-context.ts';
import { readSettings } from '../settings/read-settings.ts';
import { holdReboot } from './hold-reboot.ts';
import { type RebootMarker, readRebootMarker, writeRebootMarker } from './reboot-marker.ts';

/** A machine on which a reboot is announced, and the marker of an update that has announced one. */
function announced(marker: Partial<RebootMarker>, write: Host['files']['write'] = nodeFiles.write, mode = 'reboot') {
  const calls: string[] = [];
  const stateDir = temporaryFolder();
  const scheduled = join(stateDir, 'scheduled');
  nodeFiles.write(scheduled, `USEC=7000000\nWARN_WALL=1\nMODE=${mode}\nUID=0\n`);
  const there = (path: string): string => (path === '/run/systemd/shutdown/scheduled' ? scheduled : path);
  const host = createHost({
    stateDir,
    files: {
      ...{ ...nodeFiles, write },
      facts: (path) => nodeFiles.facts(there(path)),
      readText: (path) => nodeFiles.readText(there(path)),
    },
    run: async ({ file, args }) => {
      calls.push([file, ...args].join(' '));
      return { exitCode: 0, signal: null, stdout: '', stderr: '', timedOut: false };
    },
  });
  const { context, warnings } = openContext(readSettings({ flakePath: '/x' }), 'manual', host);
  const { reboot } = context.layout;
  writeRebootMarker(nodeFiles, reboot, {
    formatVersion: 1,
    expected: '/new',
    previous: '/old',
    bootId: readBootId(nodeFiles),
    since: '2026-01-01T00:00:00.000Z',
    state: 'scheduled',
    reasons: ['kernel'],
    failedUnits: [],
    lockDigest: null,
    announcedFor: 7000,
    ...marker,
  });
  return { context, warnings, calls, state: () => readRebootMarker(nodeFiles, reboot)?.state };
}

test.each<[string, Partial<RebootMarker>, string]>([
  ['has announced', {}, 'reboot'],
  // What systemd makes of `shutdown -r` then.
  ['has announced with another kernel loaded by kexec', {}, 'kexec'],
  ['has announced, and was killed before it took down for when,', { announcedFor: null }, 'reboot'],
])('a reboot that an update of this boot %s is taken back', async (_, marker, mode) => {
  const { context, calls, state } = announced(marker, nodeFiles.write, mode);
  await holdReboot(context);
  expect([calls, state()]).toEqual([['shutdown -c'], 'pending']);
});

test('one that somebody else has announced, after another boot, in place of ours or while ours waits, is left to them', async () => {
  for (const [marker, mode] of [
    [{ bootId: 'another' }, 'reboot'],
    [{ state: 'pending' }, 'reboot'],
    [{ announcedFor: 6000 }, 'reboot'],
    [{}, 'poweroff'],
    [{ announcedFor: null }, 'poweroff'],
  ] as const) {
    const { context, calls } = announced(marker, nodeFiles.write, mode);
    await holdReboot(context);
    expect(calls).toEqual([]);
  }
});

test('a full disk, on which that cannot be noted, does not stop what comes after it', async () => {
  const { context, calls, warnings } = announced({}, () => {
    throw new Error('ENOSPC: no space left on device');
  });
  await holdReboot(context);
  expect([calls, warnings()]).toEqual([['shutdown -c'], [expect.stringContaining('ENOSPC')]]);
});
