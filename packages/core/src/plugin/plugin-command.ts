import type { Host } from '../host/host.ts';
import type { Job } from '../job/job.ts';
import type { PlanColors } from '../plan/change-lines.ts';
import type { RotaEvents } from '../state/events.ts';
import type { PluginRota } from './plugin-rota.ts';

/** An option of a plugin's command, as data. Its key is its name: `rebootNow` is `--reboot-now` on the command line. */
export type CommandOption =
  /** Given or not. */
  | { readonly kind: 'flag'; readonly summary: string; readonly short?: string }
  /** `value` is the word for it in the help: `host`. With `choices` only those are taken. */
  | {
      readonly kind: 'text';
      readonly value: string;
      readonly summary: string;
      readonly short?: string;
      readonly choices?: readonly string[];
      /** What completion offers where there are no choices. */
      readonly completes?: 'jobs' | 'files';
    }
  /** A whole number, not negative. */
  | { readonly kind: 'count'; readonly value: string; readonly summary: string; readonly short?: string }
  /** `30s`, `5m`, `2h` or seconds; the command gets milliseconds. */
  | { readonly kind: 'duration'; readonly value: string; readonly summary: string; readonly short?: string }
  /** May be given several times. */
  | { readonly kind: 'list'; readonly value: string; readonly summary: string; readonly short?: string };

/** The options of a command by name. Rota's own are taken: `config`, `hostFile`, `namespace`, `stateDir`, `json`, `yes`, `help`. */
export type CommandOptions = Readonly<Record<string, CommandOption>>;

/** What a command gets for an option: a flag is `true` or `false`, a list is empty and all else `undefined` when it was not given. */
export type CommandOptionValue<O extends CommandOption> = O extends { readonly kind: 'flag' }
  ? boolean
  : O extends { readonly kind: 'list' }
    ? readonly string[]
    : O extends { readonly kind: 'text'; readonly choices: readonly (infer C)[] }
      ? C | undefined
      : O extends { readonly kind: 'text' }
        ? string | undefined
        : number | undefined;

/** What a command gets for its options. */
export type CommandOptionValues<O extends CommandOptions> = { readonly [Name in keyof O]: CommandOptionValue<O[Name]> };

/** A word after the command. Those that are required come first; only the last may be repeatable. */
export interface CommandPositional {
  readonly name: string;
  readonly summary: string;
  /** @default true */
  readonly required?: boolean;
  /** @default false */
  readonly repeatable?: boolean;
  /** What completion offers. */
  readonly completes?: 'jobs' | 'files' | readonly string[];
}

/** A JSON Schema as data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What a command of a plugin answers. Rota prints one or the other, and adds `formatVersion: 1` to data that has none. */
export interface CommandAnswer {
  /** With `--json`, on standard output. */
  readonly data: object;
  /** Without, on standard output; lines or one text. */
  readonly text: string | readonly string[];
  /** @default 0 */
  readonly exitCode?: number;
}

/** A line about what takes longer than a second; `step` adds how far it is. Shown on a terminal only. */
export interface CommandProgress {
  /** So much of so much is done. */
  step(done: number, total: number): void;
  /** Takes the line away. */
  end(): void;
}

/** What a command of a plugin works with. */
export interface PluginCommandContext<O extends CommandOptions = CommandOptions> {
  /** This machine: files, processes, clock, environment. */
  readonly host: Host;
  readonly namespace: string;
  /** The config that has the plugin; `undefined` for a command that runs without one. */
  readonly config: string | undefined;
  /** The jobs that are declared for this host; none for a command that runs without a config. */
  readonly jobs: readonly Job[];
  /** What is installed, and what ran. */
  readonly rota: PluginRota;
  readonly events: RotaEvents;
  /** The words after the command, as many as its positionals allow. */
  readonly args: readonly string[];
  readonly options: CommandOptionValues<O>;
  /** Whether data is printed, not text; then nothing asks. */
  readonly json: boolean;
  /** Aborted when the person interrupts. */
  readonly signal: AbortSignal;
  /** Width of the terminal; infinite where there is none. */
  readonly columns: number;
  /** They do nothing where colour is not wanted. */
  readonly colors: PlanColors;
  /** One line on standard error, also with `--json`. */
  say(line: string): void;
  /** Shows progress on standard error, on a terminal and when it takes more than a second. */
  progress(label: string): CommandProgress;
  /** Asks before a change, on a terminal only; needs `confirms`. @throws ROTA_NOT_CONFIRMED, ROTA_PLUGIN_INVALID without `confirms` */
  confirm(question: string): Promise<void>;
  /** Rows in columns, cut at the width of the terminal. */
  table(rows: readonly (readonly string[])[]): readonly string[];
}

/** One command of a plugin: help, completion, man pages and `rota schema` are made from it. */
export interface PluginCommand<O extends CommandOptions = CommandOptions> {
  /** The second word: `status` of `rota nix status`. */
  readonly name: string;
  /** Words that mean the whole command by themselves: with `nix-status`, `rota nix-status` is `rota nix status`. */
  readonly aliases?: readonly string[];
  /** Begins in lower case and has no full stop. */
  readonly summary: string;
  readonly positionals?: readonly CommandPositional[];
  readonly options?: O;
  /** Whole command lines: `rota nix status --json`. At least one. */
  readonly examples: readonly string[];
  /** Exit codes beyond 0 (done) and 1 (error), or what those mean here. */
  readonly exitCodes?: Readonly<Record<number, string>>;
  /** Of the data; `rota schema nix-status` prints it. */
  readonly output: JsonSchema;
  /** The command asks before a change, so it has `--yes`. @default false */
  readonly confirms?: boolean;
  /** The command works although the config cannot be loaded. @default false */
  readonly withoutConfig?: boolean;
  /** Does the work; what it throws is reported like every error of Rota. */
  run(context: PluginCommandContext<O>): CommandAnswer | Promise<CommandAnswer>;
}

/** The commands of a plugin, below one word: `rota nix ...`. */
export interface PluginCommandGroup {
  readonly name: string;
  /** Other words for it. */
  readonly aliases?: readonly string[];
  readonly summary: string;
  readonly commands: readonly PluginCommand[];
}

/** A command with the types of its options worked out. */
export function definePluginCommand<const O extends CommandOptions>(command: PluginCommand<O>): PluginCommand {
  return command;
}
