import type { ErrorCode } from '../../errors/catalogue.ts';
import { durationRule, parseDuration } from '../duration.ts';
import type { Command } from '../job.ts';
import { nameProblem, nameSuggestion } from '../names.ts';
import { type FieldPath, type Problem, printPath } from '../problem.ts';
import { splitCommandLine } from './command-line.ts';
import { parseReferences } from './references.ts';

/** Collects what is wrong while the values of a job are read. */
export class Notes {
  readonly problems: Problem[] = [];

  error(code: ErrorCode, path: FieldPath, message: string, suggestion?: string, offset?: number): void {
    this.problems.push({ code, severity: 'error', path, message, suggestion, ...(offset === undefined ? {} : { offset }) });
  }

  warning(code: ErrorCode, path: FieldPath, message: string, suggestion?: string): void {
    this.problems.push({ code, severity: 'warning', path, message, suggestion });
  }

  name(path: FieldPath, name: string, platform: string): void {
    const problem = nameProblem(name, platform);
    if (problem !== undefined) this.error('ROTA_FIELD_VALUE', path, problem, nameSuggestion(name));
  }

  /** Milliseconds. */
  duration(path: FieldPath, value: string | number | undefined, leastMs = 0): number | undefined {
    if (value === undefined) return undefined;
    const ms = parseDuration(value);
    if (ms !== undefined && ms >= leastMs) return ms;
    const problem = ms === undefined ? 'is longer than ten years' : 'must be longer than nothing';
    this.error('ROTA_FIELD_VALUE', path, `\`${printPath(path)}\`: "${value}" ${problem}. Expected ${durationRule}.`);
    return undefined;
  }

  commandLine(path: FieldPath, text: string): Command {
    const split = splitCommandLine(text);
    if (split.ok) return split.argv;
    this.error(
      'ROTA_COMMAND_LINE',
      path,
      `\`${printPath(path)}\`, column ${split.offset + 1}: ${split.message}`,
      undefined,
      split.offset,
    );
    return [];
  }

  /** A command line or an argv. */
  command(path: FieldPath, declared: string | readonly string[]): Command {
    if (typeof declared === 'string') return this.commandLine(path, this.plainText(path, declared));
    for (const [index, argument] of declared.entries()) this.plainText([...path, index], argument);
    if (declared[0]?.trim() === '') this.error('ROTA_COMMAND_LINE', path, 'The command names no program.');
    return declared;
  }

  references(path: FieldPath, text: string): void {
    const parsed = parseReferences(text);
    if (!parsed.ok)
      this.error('ROTA_REFERENCE_SYNTAX', path, `\`${printPath(path)}\`: ${parsed.message}`, undefined, parsed.offset);
  }

  /** Argument lists and environments of a process hold no NUL, and nothing that is not Unicode. */
  plainText(path: FieldPath, text: string): string {
    if (text.includes('\0'))
      this.error('ROTA_FIELD_VALUE', path, `\`${printPath(path)}\` holds a NUL character, which no process can be given.`);
    else if (/\p{Surrogate}/u.test(text))
      this.error('ROTA_FIELD_VALUE', path, `\`${printPath(path)}\` is not valid Unicode: it holds half a surrogate pair.`);
    return text;
  }
}

/** Numbers and booleans become text; who reads a file has replaced them by their own spelling before. */
export function stringMap(
  map: Readonly<Record<string, string | number | boolean>> | undefined,
): Readonly<Record<string, string>> {
  if (map === undefined) return noEntries;
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, String(value)]));
}

const noEntries: Readonly<Record<string, string>> = Object.freeze({});
