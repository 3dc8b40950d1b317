import { createHost, type Files, type Host, nodeFiles, type ProcessResult } from '@rota/core';
import { expect, test } from 'vitest';
import { detect } from './detect.ts';

interface Machine {
  readonly answer: Partial<ProcessResult>;
  readonly paths?: readonly string[];
  readonly env?: Host['env'];
  readonly user?: Host['user'];
}

/** A machine that answers `systemctl --user show -p Version` so, and has these paths. */
function machine({ answer, paths = [], env = {}, user = { name: 'ann', uid: 1000, home: '/home/ann' } }: Machine): Host {
  const files: Files = {
    ...nodeFiles,
    facts: (path) => (paths.includes(path) ? { kind: 'file', size: 0, modifiedMs: 0, mode: 0o644 } : undefined),
    readText: (path) => (path === '/etc/passwd' ? 'root:x:0:0:root:/root:/bin/bash\n' : undefined),
  };
  return createHost({
    platform: 'linux',
    timezone: 'UTC',
    env,
    user,
    files,
    run: async () => ({ exitCode: 0, signal: null, stdout: '', stderr: '', timedOut: false, ...answer }),
  });
}

const linger = '/var/lib/systemd/linger/ann';

test('a lingering user of a known version can use it without remarks', async () => {
  expect(await detect(machine({ answer: { stdout: '252.38-1~deb12u1\n' }, paths: [linger] }))).toEqual({
    usable: true,
    dialect: { name: 'systemd', version: 252, linger: true },
    findings: [],
  });
});

test('a missing linger is a warning with its remedy', async () => {
  const { usable, findings } = await detect(machine({ answer: { stdout: '262\n' } }));
  expect([usable, findings.map(({ severity, remedy }) => [severity, remedy])]).toEqual([
    true,
    [['warning', 'sudo loginctl enable-linger ann']],
  ]);
});

test('a manager that does not run is told from one that does not answer', async () => {
  const answer = { exitCode: 1, stderr: 'Failed to connect to bus: No medium found' };
  const absent = await detect(machine({ answer }));
  expect([absent.usable, absent.findings[0]?.message, absent.findings[0]?.remedy]).toEqual([
    false,
    'The user manager of ann does not run: there is no /run/user/1000.',
    'Run: sudo loginctl enable-linger ann',
  ]);
  const silent = await detect(machine({ answer, paths: ['/run/user/1000'] }));
  expect(silent.findings[0]?.message).toBe('The user manager of ann does not answer: Failed to connect to bus: No medium found.');
});

test('a version that was never measured is refused', async () => {
  const { usable, findings } = await detect(machine({ answer: { stdout: '249\n' }, paths: [linger] }));
  expect([usable, findings[0]?.message]).toEqual([false, 'The user manager is systemd 249; Rota needs 252 or later.']);
});

test('root with the home of another user is refused, root with its own is not', async () => {
  const root = { name: 'root', uid: 0, home: '/home/ann' };
  const env = { SUDO_UID: '1000' };
  expect((await detect(machine({ answer: { stdout: '252\n' }, env, user: root }))).findings[0]?.remedy).toContain('sudo -H');
  expect((await detect(machine({ answer: { stdout: '252\n' }, env, user: { ...root, home: '/root' } }))).usable).toBe(true);
});
