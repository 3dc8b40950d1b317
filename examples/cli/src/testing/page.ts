import { readdirSync, readFileSync } from 'node:fs';
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

/** A fenced block as it stands, marked or not. */
export interface Fence {
  /** The word after the fence: `sh`. */
  readonly language: string;
  /** Where the fence is, from 1. */
  readonly line: number;
  /** The line above it. */
  readonly before: string;
  readonly text: string;
}

/** All fenced blocks of a page, those in lists too. */
export function fencesOf(page: string): readonly Fence[] {
  const lines = readFileSync(join(repositoryRoot, page), 'utf8').split('\n');
  const fences: Fence[] = [];
  for (let at = 0; at < lines.length; at++) {
    const [, fence = '', language = ''] = /^\s*(`{3,}|~{3,})\s*(\S*)/.exec(lines[at] ?? '') ?? [];
    if (fence === '') continue;
    const end = lines.findIndex((line, index) => index > at && line.trim().startsWith(fence));
    const text = lines.slice(at + 1, end).join('\n');
    fences.push({ language, line: at + 1, before: (lines[at - 1] ?? '').trim(), text });
    at = end === -1 ? lines.length : end;
  }
  return fences;
}

/** `commands/sync.test.ts` runs them, in a repository. */
export const pagesWithRepository: readonly string[] = ['docs/git.md', 'docs/doctor.md'];

/** What people read: not what is generated of the code's face, and not the records of changes. */
export function everyPage(): readonly string[] {
  const below = ['docs', 'packages', 'examples', 'nix'].flatMap((root) =>
    readdirSync(join(repositoryRoot, root), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md') && !/(^|\/)(node_modules|dist|testdata)\//.test(name))
      .filter((name) => !/(^|\/)(api|CHANGELOG)\.md$/.test(name))
      .map((name) => `${root}/${name}`),
  );
  const top = readdirSync(repositoryRoot).filter((name) => name.endsWith('.md'));
  return [...top, ...below].sort();
}
