import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { splitCommandLine } from '@rota/core';
import { repositoryRoot } from '@rota/test-support';

/** A marked block of a page: `<!-- file: NAME -->`, `<!-- run -->` or `<!-- output: COMMAND -->`, and the fenced text after it. */
export interface PageBlock {
  readonly kind: 'file' | 'run' | 'output';
  /** The file's name, or the command. */
  readonly subject: string;
  readonly text: string;
}

export function pageBlocks(page: string): readonly PageBlock[] {
  const text = readFileSync(join(repositoryRoot, page), 'utf8');
  const blocks = text.matchAll(/<!-- (file|run|output)(?:: (.+?))? -->\n```\w*\n([\s\S]*?)```/g);
  return [...blocks].map(([, kind, subject = '', body = '']) => ({
    kind: kind === 'file' ? 'file' : kind === 'run' ? 'run' : 'output',
    subject,
    text: body,
  }));
}

/** The arguments of a line such as `rota plan jobs --json`. */
export function argumentsOf(line: string): readonly string[] {
  const split = splitCommandLine(line);
  if (!split.ok || split.argv[0] !== 'rota') throw new Error(`${line} is no call of rota`);
  return split.argv.slice(1);
}
