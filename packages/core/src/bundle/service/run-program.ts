import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { RotaError } from '../../errors/rota-error.ts';

/** Files that a program reads from and writes to, so that what passes is never held in memory. */
export interface ProgramStreams {
  /** Path of a file that is its standard input. @default nothing */
  readonly input?: string;
  /** Path of a file that does not exist yet and becomes its standard output. @default collected */
  readonly output?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** How a program ended, and what it said; `stdout` is empty when it went to a file. */
export interface ProgramEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program without a shell, with files as its streams. @throws ROTA_COMMAND_MISSING, ROTA_COMMAND_FAILED when it cannot be started */
export async function runProgram(file: string, args: readonly string[], streams: ProgramStreams = {}): Promise<ProgramEnd> {
  const input = streams.input === undefined ? undefined : openSync(streams.input, 'r');
  const output = streams.output === undefined ? undefined : openSync(streams.output, 'wx', 0o600);
  try {
    return await new Promise((resolve, reject) => {
      const child = spawn(file, args, {
        stdio: [input ?? 'ignore', output ?? 'pipe', 'pipe'],
        env: { ...process.env, LC_ALL: 'C', ...streams.env },
        ...(streams.cwd === undefined ? {} : { cwd: streams.cwd }),
        ...(streams.timeoutMs === undefined ? {} : { timeout: streams.timeoutMs }),
        ...(streams.signal === undefined ? {} : { signal: streams.signal }),
      });
      let stdout = '';
      let stderr = '';
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
      });
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        stderr = (stderr + text).slice(-8000);
      });
      child.once('error', (cause) => {
        if (streams.signal?.aborted) return reject(streams.signal.reason);
        const missing = 'code' in cause && cause.code === 'ENOENT';
        reject(
          missing
            ? new RotaError('ROTA_COMMAND_MISSING', `The program ${file} was not found.`, { cause })
            : new RotaError('ROTA_COMMAND_FAILED', `The program ${file} could not be started: ${cause.message}`, { cause }),
        );
      });
      child.once('close', (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr }));
    });
  } finally {
    if (input !== undefined) closeSync(input);
    if (output !== undefined) closeSync(output);
  }
}
