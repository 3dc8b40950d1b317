import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Runs a program in the checkout and answers what it printed. It gets a process group of its own, so that a Ctrl-C on the terminal reaches
 * the guide alone, which ends things in order.
 */
export function command(program, args, { signal, env } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      shell: process.platform === 'win32' && program === 'npm',
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk) => {
      stderr += chunk;
    });
    const stop = () => {
      try {
        if (process.platform === 'win32') child.kill();
        else process.kill(-child.pid, 'SIGTERM');
      } catch {
        // It has ended already.
      }
    };
    signal?.addEventListener('abort', stop);
    child.on('error', reject);
    child.on('close', (exitCode) => {
      signal?.removeEventListener('abort', stop);
      resolve({ exitCode, stdout, stderr });
    });
  });
}

/** Runs `rota` of this checkout. @returns what it printed on standard output */
export async function rota(place, args, { signal } = {}) {
  const bin = fileURLToPath(new URL('../../examples/cli/bin.js', import.meta.url));
  // Nothing here stays long enough to be maintained, and exactly one job is promised.
  const env = { ...(process.stdout.isTTY && !process.env.NO_COLOR ? {} : { NO_COLOR: '1' }), ROTA_MAINTENANCE: 'off' };
  const full = [bin, ...args, '--config', place.config, '--state-dir', place.stateDir];
  const { exitCode, stdout, stderr } = await command(process.execPath, full, { signal, env });
  if (exitCode === 0) return stdout;
  throw new Error(`\`rota ${args.join(' ')}\` failed: ${(stderr || stdout).trim()}`);
}
