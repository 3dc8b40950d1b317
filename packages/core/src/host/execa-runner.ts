import { closeSync, openSync } from 'node:fs';
import { RotaError } from '../errors/rota-error.ts';
import type { ProcessRunner } from './process-runner.ts';
import { startDetached } from './start-detached.ts';

/** Starts programs with execa, which is loaded at the first call. Messages come in the C locale, so that they can be told apart. */
export const execaRunner: ProcessRunner = async (request) => {
  if (request.detached) return startDetached(request);
  // execa would make it readable for everybody.
  if (request.errorFile !== undefined) closeSync(openSync(request.errorFile, 'a', 0o600));
  const { execa } = await import('execa');
  const result = await execa(request.file, [...request.args], {
    reject: false,
    stripFinalNewline: false,
    encoding: request.encoding ?? 'utf8',
    env: { LC_ALL: 'C', ...request.env },
    ...(request.input === undefined ? { stdin: 'ignore' as const } : { input: request.input }),
    ...(request.cwd === undefined ? {} : { cwd: request.cwd }),
    ...(request.timeoutMs === undefined ? {} : { timeout: request.timeoutMs }),
    ...(request.signal === undefined ? {} : { cancelSignal: request.signal }),
    ...(request.errorFile === undefined ? {} : { stderr: { file: request.errorFile, append: true } }),
  });
  if (result.exitCode === undefined && result.signal === undefined && !result.timedOut && !result.isCanceled) {
    const missing = result.code === 'ENOENT';
    throw new RotaError(
      missing ? 'ROTA_COMMAND_MISSING' : 'ROTA_COMMAND_FAILED',
      missing
        ? `The program ${request.file} was not found.`
        : `The program ${request.file} could not be started: ${result.shortMessage ?? ''}`,
      { cause: result.cause },
    );
  }
  return {
    exitCode: result.exitCode ?? null,
    signal: result.signal ?? null,
    stdout: result.stdout,
    stderr: result.stderr ?? '',
    timedOut: result.timedOut,
  };
};
