import { quoteCommandLine } from '@rota/core';

/** A program call as data, so that `--dry-run` can list exactly what an update would run. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** Whether it may change the machine, its store or the flake. */
  readonly effect: 'reads' | 'changes';
  /** All of what it prints is read. Absent: the end of it, however much that is. */
  readonly wholeOutput?: boolean;
  /** Absent: the limit of the step. */
  readonly timeoutMs?: number;
  /** Absent: `/`, which does not disappear (a deleted working folder gives nix an empty closure, nix #13367). */
  readonly cwd?: string;
}

export const reads = (file: string, ...args: readonly string[]): Command => ({ file, args, effect: 'reads' });
export const changes = (file: string, ...args: readonly string[]): Command => ({ file, args, effect: 'changes' });

export function printCommand({ file, args }: Command): string {
  return quoteCommandLine([file, ...args]);
}
