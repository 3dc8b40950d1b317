import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { repositoryRoot, temporaryFolder } from '@rota/test-support';

/** What a call of the command did. */
export interface RotaCall {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built command as a process of its own, in a folder, with a home and state that nobody else has. */
export function rotaProcess(cwd: string, env: NodeJS.ProcessEnv = {}): (args: readonly string[]) => Promise<RotaCall> {
  const home = temporaryFolder();
  const bin = join(repositoryRoot, 'examples/cli/bin.js');
  return (args) =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [bin, ...args], {
        cwd,
        env: { PATH: process.env.PATH, HOME: home, ROTA_MAINTENANCE: 'off', ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (chunk) => {
        stdout += String(chunk);
      });
      child.stderr.on('data', (chunk) => {
        stderr += String(chunk);
      });
      child.on('error', reject);
      child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
    });
}
