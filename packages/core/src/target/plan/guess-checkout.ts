import { dirname, join } from 'node:path';
import type { Files } from '../../host/files.ts';

/** A checkout and two of its commits. */
export interface GuessedCheckout {
  /** Absolute. */
  readonly root: string;
  /** Full id. */
  readonly head: string;
  /** Full id. */
  readonly base: string;
  readonly isShallow: boolean;
}

type Reader = Pick<Files, 'readText' | 'readLink' | 'facts'>;

/**
 * What git will answer about a plain checkout, read from its files, so that a comparison can begin before git has answered. Whoever uses it compares
 * the commits with git's answer. `undefined` for what is not plain: links in the path, worktrees, settings that say where the files are.
 * gitrepository-layout(5)
 */
export function guessCheckout(files: Reader, folder: string, revision: string): GuessedCheckout | undefined {
  if (!isFullId(revision)) return undefined;
  try {
    const root = rootOf(files, folder);
    if (root === undefined || !isReal(files, folder)) return undefined;
    const repository = join(root, '.git');
    if (/worktree|bare\s*=\s*true|include/i.test(files.readText(join(repository, 'config')) ?? 'include')) return undefined;
    const head = headOf(files, repository);
    if (head === undefined) return undefined;
    return { root, head, base: revision, isShallow: files.facts(join(repository, 'shallow')) !== undefined };
  } catch {
    return undefined; // what cannot be read is git's to tell
  }
}

function rootOf(files: Reader, folder: string): string | undefined {
  const found = files.facts(join(folder, '.git'));
  if (found !== undefined)
    return found.kind === 'folder' && files.readLink(join(folder, '.git')) === undefined ? folder : undefined;
  return folder === dirname(folder) ? undefined : rootOf(files, dirname(folder));
}

/** git goes by the folder that it is in, whatever links led there. */
function isReal(files: Reader, folder: string): boolean {
  return files.readLink(folder) === undefined && (folder === dirname(folder) || isReal(files, dirname(folder)));
}

function headOf(files: Reader, repository: string): string | undefined {
  const head = files.readText(join(repository, 'HEAD'))?.trim() ?? '';
  const name = /^ref: (refs\/heads\/\S+)$/.exec(head)?.[1];
  const id = name === undefined ? head : (files.readText(join(repository, name))?.trim() ?? packed(files, repository, name));
  return isFullId(id) ? id : undefined;
}

/** `ID NAME` a line. git-pack-refs(1) */
function packed(files: Reader, repository: string, name: string): string {
  const lines = files.readText(join(repository, 'packed-refs'))?.split('\n') ?? [];
  return lines.find((line) => line.endsWith(` ${name}`))?.split(' ')[0] ?? '';
}

function isFullId(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}
