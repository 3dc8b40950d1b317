import type { Host } from '@rota/core';
import type picocolors from 'picocolors';
import type { CliOptions } from './cli-options.ts';
import type { Io } from './io.ts';

type Colors = ReturnType<typeof picocolors.createColors>;

/** What a command gets. */
export interface CommandContext {
  readonly io: Io;
  readonly args: readonly string[];
  readonly options: CliOptions;
  /** Print data as JSON, never ask. */
  readonly json: boolean;
  /** Of standard output; does nothing where colour is not wanted. */
  readonly colors: Colors;
  /** This machine, with the options and the environment of the call. Read at the first call. */
  readonly host: () => Host;
  /** Prints a value as JSON on standard output. */
  readonly printJson: (value: object) => void;
  /** Prints one line on standard output. */
  readonly print: (line?: string) => void;
  /** Prints one line on standard error. */
  readonly say: (line: string) => void;
}

/** What a file in `commands/` exports. Resolves to the exit code. */
export interface CommandModule {
  readonly run: (context: CommandContext) => Promise<number>;
}

export interface OptionSpec {
  /** As commander reads them: `--tz <zone>`. */
  readonly flags: string;
  readonly summary: string;
  readonly parse?: (text: string, previous: unknown) => unknown;
  readonly choices?: readonly string[];
  /** What completion offers where other values are taken, too. */
  readonly completes?: readonly string[];
}

/** A command as data: help, completion and the page of commands are made from it. */
export interface CommandSpec {
  readonly name: string;
  /** Words that mean the whole command by themselves. */
  readonly aliases?: readonly string[];
  readonly summary: string;
  /** As commander reads them: `[files...]`. */
  readonly args?: string;
  /** What completion offers for the arguments. */
  readonly completes?: 'jobs' | 'files' | 'commands' | readonly string[];
  readonly options: readonly OptionSpec[];
  readonly examples: readonly string[];
  /** What exit codes mean where that is more than 0 (done) and 1 (error): every answer that is not 0 stands here. */
  readonly exitCodes?: Readonly<Record<number, string>>;
  /** Absent: named, but not built yet. */
  readonly load?: () => Promise<CommandModule>;
}

/** Commands below one word, which a plugin adds. */
export interface SpecGroup {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  /** Named with the word: `nix status`. */
  readonly specs: readonly CommandSpec[];
}
