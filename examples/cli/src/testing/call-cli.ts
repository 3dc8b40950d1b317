import type { Io } from '../io.ts';
import { runCli } from '../run-cli.ts';

/** What a call of the command line did. */
export interface CliCall {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as JSON. */
  json(): Record<string, unknown>;
}

/** Calls the command line as a function, with nothing of this process's terminal or environment. */
export async function callCli(args: readonly string[], options: Partial<Io> = {}): Promise<CliCall> {
  let stdout = '';
  let stderr = '';
  const exitCode = await runCli(args, {
    out: (text) => {
      stdout += text;
    },
    err: (text) => {
      stderr += text;
    },
    env: { PATH: process.env.PATH ?? '' },
    cwd: '/',
    outIsTerminal: false,
    errIsTerminal: false,
    inIsTerminal: false,
    columns: 200,
    ask: async (question) => {
      throw new Error(`Asked off a terminal: ${question}`);
    },
    signal: new AbortController().signal,
    host: {},
    ...options,
  });
  return { exitCode, stdout, stderr, json: () => JSON.parse(stdout) };
}
