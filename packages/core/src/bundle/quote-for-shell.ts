import type { Command } from '../job/job.ts';

/** A word for sh(1). */
export function quoteForShell(word: string): string {
  return /^[A-Za-z0-9_/.:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A whole command as words of sh(1). */
export function shellCommand(command: Command): string {
  return command.map(quoteForShell).join(' ');
}
