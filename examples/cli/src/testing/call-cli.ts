import { expect } from 'vitest';
import { commandSpecs } from '../program/command-specs.ts';
import type { Io } from '../program/io.ts';
import { runCli } from '../program/run-cli.ts';

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
  expectDocumented(args, exitCode, stdout);
  return { exitCode, stdout, stderr, json: () => JSON.parse(stdout) };
}

/** Whatever a test calls: a code other than 0 that comes with an answer, and not with an error, has its meaning in the help. */
function expectDocumented(args: readonly string[], exitCode: number, stdout: string): void {
  const spec = commandSpecs.find(({ name }) => name === args[0]);
  const isAnswer = stdout.startsWith('{\n') && !/^ {2}"error": /m.test(stdout);
  if (spec === undefined || exitCode === 0 || !isAnswer) return;
  expect(spec.exitCodes ?? {}, `what ${exitCode} means of rota ${args.join(' ')}`).toHaveProperty(String(exitCode));
}
