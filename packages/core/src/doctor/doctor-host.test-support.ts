import { join } from 'node:path';
import { createHost } from '../host/create-host.ts';
import { execaRunner } from '../host/execa-runner.ts';
import type { Host } from '../host/host.ts';

/** A host whose state and home lie below `root`. What Rota installed there runs; every other program says yes. */
export function doctorHost(root: string, more: Partial<Host> = {}): Host {
  const stateDir = join(root, 'state');
  const home = join(root, 'home');
  return createHost({
    stateDir,
    timezone: 'UTC',
    env: { PATH: process.env.PATH, HOME: home },
    user: { name: 'a', uid: process.getuid?.() ?? 0, home },
    run: async (request) =>
      request.file.startsWith(stateDir)
        ? execaRunner(request)
        : { exitCode: 0, signal: null, stdout: 'yes\n', stderr: '', timedOut: false },
    ...more,
  });
}
