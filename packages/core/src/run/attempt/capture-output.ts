import { spawnSync } from 'node:child_process';
import type { Capture } from './resolve-references.ts';

const timeoutMs = 30_000;

/** Starts a program that tells a secret. What it writes to its error output is dropped: it may hold the secret too. */
export function captureWith(env: NodeJS.ProcessEnv): Capture {
  return ([file = '', ...args], cwd) => {
    const { status, signal, error, stdout } = spawnSync(file, args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
      encoding: 'utf8',
      timeout: timeoutMs,
      windowsHide: true,
    });
    if (error !== undefined) {
      const code = 'code' in error ? error.code : undefined;
      if (code === 'ETIMEDOUT') return { ok: false, reason: `it took longer than ${timeoutMs / 1000} s` };
      return { ok: false, reason: code === 'ENOENT' ? 'the program was not found' : `it could not be started (${code})` };
    }
    if (status !== 0) return { ok: false, reason: signal === null ? `it ended with status ${status}` : `${signal} ended it` };
    return { ok: true, output: stdout };
  };
}
