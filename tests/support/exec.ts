import { spawn } from 'node:child_process';

export interface CommandOptions {
  readonly cwd?: string;
  /** The whole environment; default: the test's own. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  /** @default 240_000 */
  readonly timeoutMs?: number;
}

export interface CommandResult {
  /** null when a signal ended the process. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A daemon that a command leaves behind may keep its pipes open for ever; after the command's end they get this long. */
const pipeGraceMs = 1_000;

/** Runs a program without a shell and returns how it ended. Rejects only when it cannot be started or takes too long. */
export const exec = async (
  program: string,
  args: readonly string[] = [],
  options: CommandOptions = {},
): Promise<CommandResult> => {
  const { timeoutMs = 240_000 } = options;
  const child = spawn(program, args, { cwd: options.cwd, env: options.env ?? process.env, stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  // A program that does not read its input closes the pipe: that is its business.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  return await new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${[program, ...args].join(' ')} took longer than ${timeoutMs} ms\n${stdout}${stderr}`));
    }, timeoutMs);
    const finish = (exitCode: number | null, signal: NodeJS.Signals | null): void => {
      clearTimeout(timer);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ exitCode, signal, stdout, stderr });
    };
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('exit', (exitCode, signal) => {
      setTimeout(finish, pipeGraceMs, exitCode, signal).unref();
    });
    child.on('close', finish);
  });
};

/** Runs a program and returns its standard output without the last line break; rejects with everything it printed when it fails. */
export const output = async (program: string, args: readonly string[] = [], options: CommandOptions = {}): Promise<string> => {
  const result = await exec(program, args, options);
  if (result.exitCode === 0) return result.stdout.replace(/\n$/, '');
  const end = result.exitCode === null ? `was ended by ${result.signal}` : `exited with ${result.exitCode}`;
  throw new Error(`${[program, ...args].join(' ')} ${end}\n${result.stdout}${result.stderr}`);
};
