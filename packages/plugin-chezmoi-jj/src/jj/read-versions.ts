import { type Host, RotaError } from '@rota/core';
import { exactPath } from './fileset.ts';
import type { Jj } from './jj.ts';
import { lastWords } from './last-words.ts';

/** One file in one commit. */
interface FileVersion {
  readonly commit: string;
  readonly path: string;
}

interface Repository {
  readonly host: Pick<Host, 'run'>;
  readonly env: Host['env'];
  readonly jj: Jj;
  /** The colocated working tree: jj's commits are git's too. */
  readonly tree: string;
  /** Milliseconds that it may take. */
  readonly timeoutMs: number;
}

/**
 * Reads versions of files, one after the other, with two starts of git for all of them; jj would be started for each. What git does not find is asked of jj.
 *
 * @throws ROTA_DOTFILES_FAILED
 */
export async function readVersions<T extends FileVersion>(
  repository: Repository,
  versions: readonly T[],
  look: (version: T, text: string) => void,
): Promise<void> {
  if (versions.length === 0) return;
  const { jj } = repository;
  const blobs = await blobsOf(repository, [...new Set(versions.map(({ commit }) => commit))]);
  const byBlob = new Map<string, T[]>();
  const missing: T[] = [];
  for (const version of versions) {
    const blob = blobs.get(nameOf(version));
    if (blob === undefined) missing.push(version);
    else byBlob.set(blob, [...(byBlob.get(blob) ?? []), version]);
  }
  const names = [...byBlob.keys()];
  const reader = answers(names, (index, content) => {
    for (const version of byBlob.get(names[index] ?? '') ?? []) {
      if (content === undefined) missing.push(version);
      else look(version, content);
    }
  });
  await git(repository, ['cat-file', '--batch'], names, { encoding: 'latin1', onStdout: reader.take });
  if (reader.left() > 0) throw new RotaError('ROTA_DOTFILES_FAILED', 'git did not tell all of what is not published.');
  for (const version of missing)
    look(version, (await jj.run(['file', 'show', '-r', version.commit, '--', exactPath(version.path)])).stdout);
}

function nameOf({ commit, path }: FileVersion): string {
  return `${commit}:${path}`;
}

/** The content of each file that a commit changed or added. By path, git would read the whole folder again for each of its files. */
async function blobsOf(repository: Repository, commits: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const text = await git(repository, ['diff-tree', '--stdin', '-r', '-z', '-m', '--root', '--no-renames'], commits, {});
  const words = text.split('\0');
  const blobs = new Map<string, string>();
  let commit = '';
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    // git-diff-tree(1), RAW OUTPUT FORMAT: modes, ids and a letter, then the path; between them, whose they are.
    const [, blob] = /^:\d+ \d+ [0-9a-f]+ ([0-9a-f]+) [A-Z]\d*$/.exec(word) ?? [];
    if (blob === undefined) commit = word;
    else {
      index += 1;
      if (!/^0+$/.test(blob)) blobs.set(nameOf({ commit, path: words[index] ?? '' }), blob);
    }
  }
  return blobs;
}

async function git(
  { host, env, tree, timeoutMs }: Repository,
  args: readonly string[],
  lines: readonly string[],
  options: Pick<Parameters<Host['run']>[0], 'encoding' | 'onStdout'>,
): Promise<string> {
  const input = lines.map((line) => `${line}\n`).join('');
  const result = await host.run({ file: 'git', args: ['-C', tree, ...args], env, input, timeoutMs, ...options });
  if (result.exitCode === 0) return result.stdout;
  throw new RotaError('ROTA_DOTFILES_FAILED', `git could not read what is not published: ${lastWords(result)}`);
}

/** Takes the output of `git cat-file --batch` (git-cat-file(1), BATCH OUTPUT) in pieces: one character for each byte. */
function answers(
  names: readonly string[],
  found: (index: number, content: string | undefined) => void,
): { readonly take: (piece: string) => void; readonly left: () => number } {
  let [pieces, size, index] = [[] as string[], 0, 0];
  /** What has to be there before it is worth a look. */
  let wanted = 1;
  const next = (text: string, from: number): number | undefined => {
    const absent = `${names[index]} missing\n`;
    if (text.startsWith(absent, from)) {
      found(index, undefined);
      return from + absent.length;
    }
    const [header, kind, length] = /^[0-9a-f]{40,64} ([a-z]+) (\d+)\n/.exec(text.slice(from, from + 120)) ?? [];
    if (header === undefined) return undefined;
    const [start, end] = [from + header.length, from + header.length + Number(length)];
    wanted = end + 1 - from;
    if (text.length < end + 1) return undefined;
    found(index, kind === 'blob' ? Buffer.from(text.slice(start, end), 'latin1').toString('utf8') : undefined);
    return end + 1;
  };
  return {
    take: (piece) => {
      pieces.push(piece);
      size += piece.length;
      if (size < wanted) return;
      const text = pieces.join('');
      let from = 0;
      wanted = 1;
      for (let to = next(text, from); to !== undefined && index < names.length; to = next(text, from)) {
        from = to;
        index += 1;
        wanted = 1;
      }
      pieces = [text.slice(from)];
      size = text.length - from;
      if (wanted === 1) wanted = size + 1;
    },
    left: () => names.length - index,
  };
}
