import type { Issue } from '@rota/core';
import { CommanderError } from 'commander';
import type { CommandSpec } from './command.ts';
import type { Io } from './io.ts';
import { meantCommand, meantOptions } from './other-words.ts';

/** What an error comes to for a person or a program. */
interface Failure {
  readonly code: string;
  readonly message: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly suggestions: readonly string[];
  readonly issues?: readonly Issue[];
}

/** What a line was about. */
export interface Called {
  /** `undefined` where it names none that there is. */
  readonly command: CommandSpec | undefined;
  /** The words that could have stood in its place. */
  readonly names: readonly string[];
  /** Why there may be more commands, of plugins: what is wrong with the config. */
  readonly unread?: string | undefined;
}

/** Prints an error, as JSON on standard output or as text on standard error, and answers the exit code. */
export async function printFailure(
  error: unknown,
  { io, json, called }: { readonly io: Io; readonly json: boolean; readonly called: Called },
): Promise<number> {
  const failure =
    error instanceof CommanderError ? ofUsage(error, called) : isEnd(error, io) ? interrupted : await ofError(error);
  if (json) io.out(`${JSON.stringify({ formatVersion: 1, error: failure }, null, 2)}\n`);
  else io.err(asText(failure, error, io));
  return 1;
}

const interrupted: Failure = {
  code: 'ROTA_INTERRUPTED',
  message: 'Interrupted.',
  file: null,
  line: null,
  column: null,
  suggestions: [],
};

/** What waits or reads throws the reason of the signal as it is. */
function isEnd(error: unknown, { signal }: Io): boolean {
  return signal.aborted && (error === signal.reason || (error instanceof Error && error.name === 'AbortError'));
}

/** commander's messages are `error: ...`, with `(Did you mean aply?)` on a line of its own. */
function ofUsage(error: CommanderError, called: Called): Failure {
  const { command } = called;
  const [first = '', ...rest] = error.message.split('\n');
  const similar = /^\(Did you mean (?:one of )?(.+)\?\)$/.exec(rest.join(' ').trim())?.[1]?.split(', ') ?? [];
  // A word that other programs have for it is better known than one that looks alike.
  const meant = otherWord(error, called);
  const suggestions = meant.length > 0 ? meant : similar;
  return {
    code: 'ROTA_USAGE',
    message: first.replace(/^error: /, '').replace(/^./, (letter) => letter.toUpperCase()) + (/[.!?]$/.test(first) ? '' : '.'),
    file: null,
    line: null,
    column: null,
    suggestions: [
      ...unreadPlugins(error, called),
      ...(suggestions.length === 0
        ? [
            ...actionsOf(error, command),
            ...quotedExample(error, command),
            `See \`${['rota help', command?.name].filter((word) => word !== undefined).join(' ')}\`.`,
          ]
        : suggestions),
    ],
  };
}

/** A command that is there once the config can be read is not unknown. */
function unreadPlugins({ code }: CommanderError, { unread }: Called): readonly string[] {
  return code === 'commander.unknownCommand' && unread !== undefined
    ? [`If a plugin adds it: the config here cannot be read. ${unread}`]
    : [];
}

/** `error: unknown option '--timezone'`: what it is called here. */
function otherWord({ code, message }: CommanderError, { command, names }: Called): readonly string[] {
  const [, word = ''] = /'([^'=]+)/.exec(message) ?? [];
  if (code === 'commander.unknownOption') return meantOptions(word, command);
  return code === 'commander.unknownCommand' ? meantCommand(word, names) : [];
}

/** What the first word of a command may be, where it was left out. */
function actionsOf({ code }: CommanderError, command: CommandSpec | undefined): readonly string[] {
  const { completes } = command ?? {};
  return code === 'commander.missingArgument' && Array.isArray(completes) ? [`One of: ${completes.join(', ')}.`] : [];
}

/** `rota next 0 2 * * *`: the shell makes five words of it, and file names of the stars. */
function quotedExample({ code }: CommanderError, command: CommandSpec | undefined): readonly string[] {
  const example = command?.examples.find((line) => line.includes("'"));
  return code === 'commander.excessArguments' && example !== undefined ? [`Put quotes around an expression: ${example}`] : [];
}

async function ofError(error: unknown): Promise<Failure> {
  const { isRotaError } = await import('@rota/core');
  if (isRotaError(error)) {
    return {
      code: error.code,
      message: error.message,
      file: error.file || null,
      line: error.line ?? null,
      column: error.column ?? null,
      suggestions: error.suggestions,
      ...(error.issues.length === 0 ? {} : { issues: error.issues }),
    };
  }
  const { fileFailure } = await import('./file-failure.ts');
  const failed = fileFailure(error);
  if (failed !== undefined) return { code: 'ROTA_FILE_ACCESS', line: null, column: null, ...failed };
  return {
    code: 'ROTA_INTERNAL',
    message: error instanceof Error ? error.message : String(error),
    file: null,
    line: null,
    column: null,
    suggestions: ['This is a defect of Rota. Set ROTA_DEBUG=1 to see where it happened.'],
  };
}

function asText(failure: Failure, error: unknown, io: Io): string {
  const place = (failure.issues ?? []).length > 1 ? '' : placeOf(failure);
  const several = (failure.issues ?? []).length > 1 ? (failure.issues ?? []) : [];
  // All of them follow.
  const message = several.length > 0 ? failure.message.replace(/ The first: .*$/s, '') : failure.message;
  const lines = [
    `error: ${place === '' || message.includes(place) ? '' : `${place}: `}${message}`,
    ...several.map((issue) => `  ${[placeOf(issue), issue.message].filter((part) => part !== '').join(': ')}`),
    ...failure.suggestions
      .map((suggestion) => (/[ `]/.test(suggestion) ? suggestion : `Did you mean ${suggestion}?`))
      .filter((advice) => !plain(failure.message).includes(plain(advice)))
      .map((advice) => `  ${advice}`),
    ...(io.env.ROTA_DEBUG ? stacks(error) : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** Of an error and of what caused it. */
function stacks(error: unknown): readonly string[] {
  return error instanceof Error ? [error.stack ?? '', ...stacks(error.cause)] : [];
}

/** Many a message ends with the same question, for those who show nothing else. */
function plain(text: string): string {
  return text.replace(/[`"]/g, '');
}

/** `jobs.yaml:3:7` */
export function placeOf(place: {
  readonly file?: string | null;
  readonly line?: number | null;
  readonly column?: number | null;
}): string {
  // Of a text that is in no file, the message itself says where.
  if (!place.file) return '';
  return [place.file, place.line, place.column].filter((part) => part !== null && part !== undefined && part !== '').join(':');
}
