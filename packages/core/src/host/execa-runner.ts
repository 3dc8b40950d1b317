import { closeSync, openSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { RotaError } from '../errors/rota-error.ts';
import { endProgram } from './end-program.ts';
import { findWindowsProgram } from './find-windows-program.ts';
import type { ProcessRequest, ProcessRunner } from './process-runner.ts';
import { startDetached } from './start-detached.ts';

/** Starts programs with execa, which is loaded at the first call. Messages come in the C locale, so that they can be told apart. */
export const execaRunner: ProcessRunner = async (request) => {
  if (request.detached) return startDetached(request);
  const { pendingInput } = request;
  // It may fail while the program is not started yet; it is told below.
  pendingInput?.catch(() => undefined);
  // execa would make it readable for everybody.
  if (request.errorFile !== undefined) closeSync(openSync(request.errorFile, 'a', 0o600));
  const { execa } = await import('execa');
  const running = execa(programOf(request), [...request.args], {
    reject: false,
    // execa waits for what was started beside the program, and makes one text of all output for its messages.
    buffer: false,
    encoding: request.encoding ?? 'utf8',
    env: { LC_ALL: 'C', ...request.env },
    ...(request.input !== undefined ? { input: request.input } : { stdin: pendingInput === undefined ? 'ignore' : 'pipe' }),
    ...(request.cwd === undefined ? {} : { cwd: request.cwd }),
    ...(request.errorFile === undefined ? {} : { stderr: { file: request.errorFile, append: true } }),
  });
  let problem: 'time' | 'output' | 'cancelled' | undefined;
  const end = (why: typeof problem): void => {
    if (problem !== undefined) return;
    problem = why;
    endProgram(running);
  };
  const tooMuch = (): void => end('output');
  const stdout = collect(running.stdout, request, request.onStdout, tooMuch);
  const stderr = collect(request.errorFile === undefined ? running.stderr : null, request, undefined, tooMuch);
  const cancel = (): void => end('cancelled');
  if (request.signal?.aborted) cancel();
  request.signal?.addEventListener('abort', cancel);
  // A timer of more than 2^31 ms would fire at once.
  const limit =
    request.timeoutMs === undefined ? undefined : setTimeout(() => end('time'), Math.min(request.timeoutMs, 2 ** 31 - 1));
  try {
    // A program that ends early is known by how it ended, not by the pipe that it left.
    running.stdin?.on('error', () => undefined);
    await pendingInput?.then(
      (input) => running.stdin?.end(input),
      async (error: unknown) => {
        cancel();
        await running;
        throw error;
      },
    );
    const { exitCode, signal, code, shortMessage, cause } = await running;
    if (problem === 'output')
      throw new RotaError('ROTA_COMMAND_FAILED', `The program ${request.file} printed more than ${mostOutput / 1e6} MB.`);
    if (exitCode === undefined && signal === undefined && problem === undefined) {
      const missing = code === 'ENOENT';
      throw new RotaError(
        missing ? 'ROTA_COMMAND_MISSING' : 'ROTA_COMMAND_FAILED',
        missing
          ? `The program ${request.file} was not found.`
          : `The program ${request.file} could not be started: ${shortMessage ?? ''}`,
        { cause },
      );
    }
    return {
      exitCode: exitCode ?? null,
      signal: signal ?? null,
      stdout: stdout(),
      stderr: stderr(),
      timedOut: problem === 'time',
    };
  } finally {
    clearTimeout(limit);
    request.signal?.removeEventListener('abort', cancel);
  }
};

/** @throws ROTA_COMMAND_MISSING */
function programOf({ file, env }: ProcessRequest): string {
  if (process.platform !== 'win32') return file;
  // A search path of its own comes first, however it is written.
  const found = findWindowsProgram(file, { ...env, ...process.env, ...env });
  if (found === undefined) throw new RotaError('ROTA_COMMAND_MISSING', `The program ${file} was not found.`);
  return found;
}

/** Nothing that is read as a whole comes near it; a text of a few times as much is more than Node can hold. */
const mostOutput = 100_000_000;

/** Reads a stream, as text whose characters are whole. @returns what is kept of it */
function collect(
  stream: Readable | null,
  { encoding = 'utf8', outputEnd }: Pick<ProcessRequest, 'encoding' | 'outputEnd'>,
  onPiece: ((piece: string) => void) | undefined,
  tooMuch: () => void,
): () => string {
  let pieces: string[] = [];
  let length = 0;
  const last = (): string => pieces.join('').slice(outputEnd === undefined ? 0 : -outputEnd);
  const keep = (piece: string): void => {
    pieces.push(piece);
    length += piece.length;
    if (outputEnd === undefined) {
      if (length > mostOutput) tooMuch();
    } else if (length > 2 * outputEnd) {
      pieces = [last()];
      length = outputEnd;
    }
  };
  stream?.setEncoding(encoding).on('data', onPiece ?? keep);
  return last;
}
