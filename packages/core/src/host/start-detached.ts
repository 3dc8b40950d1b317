import { RotaError } from '../errors/rota-error.ts';
import { launcherCall } from './launcher-call.ts';
import type { ProcessRequest, ProcessResult } from './process-runner.ts';

/** Starts a program in a session of its own and leaves it alone. @throws ROTA_COMMAND_MISSING, ROTA_COMMAND_FAILED */
export async function startDetached(request: ProcessRequest): Promise<ProcessResult> {
  const { spawn } = await import('node:child_process');
  return new Promise((resolve, reject) => {
    const call = launcherCall(request.file, request.args);
    const child = spawn(call.file, [...call.args], {
      detached: true,
      stdio: 'ignore',
      windowsHide: true,
      windowsVerbatimArguments: call.verbatim,
      env: { ...process.env, ...request.env },
      ...(request.cwd === undefined ? {} : { cwd: request.cwd }),
    });
    child.once('spawn', () => {
      child.unref();
      resolve({ exitCode: 0, signal: null, stdout: '', stderr: '', timedOut: false });
    });
    child.once('error', (cause: NodeJS.ErrnoException) => {
      const missing = cause.code === 'ENOENT';
      const message = missing
        ? `The program ${request.file} was not found.`
        : `The program ${request.file} could not be started: ${cause.message}`;
      reject(new RotaError(missing ? 'ROTA_COMMAND_MISSING' : 'ROTA_COMMAND_FAILED', message, { cause }));
    });
  });
}
