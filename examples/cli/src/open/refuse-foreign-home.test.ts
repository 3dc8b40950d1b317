import { expect, test } from 'vitest';
import { cliWorkplace, manifest } from '../testing/cli-workplace.ts';

test.each([
  ['/home/ann', 1],
  ['/root', 0],
])('under sudo with the home %s', async (home, exitCode) => {
  const { write, call, folder } = cliWorkplace();
  write('a.yaml', manifest('a'));
  const env = { PATH: process.env.PATH ?? '', HOME: home, SUDO_UID: '1000', SUDO_USER: 'ann', ROTA_STATE_DIR: `${folder}/state` };
  const files = { readText: (path: string) => (path === '/etc/passwd' ? 'root:x:0:0:root:/root:/bin/sh\n' : undefined) };
  const { createHost } = await import('@rota/core');
  const host = { user: { name: 'root', uid: 0, home }, files: { ...createHost().files, ...files } };
  const plan = await call(['plan', 'a.yaml', '--backend', 'embedded'], { env, host });
  expect(plan.exitCode, plan.stderr).toBe(exitCode);
  if (exitCode === 1)
    expect(plan.stderr).toContain('error: This runs as root, with the home of ann (/home/ann).\n  Your own jobs need no sudo');
});
