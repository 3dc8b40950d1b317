import { type Git, gitOutput } from '../../host/git.ts';
import type { GuessedCheckout } from './guess-checkout.ts';

/** A path that differs between two trees. Nearly all are files that stay files, of which the path is all that counts. */
export type RawChange =
  | { readonly kind: 'changed'; readonly path: string }
  /** `null` where there was, or is, nothing. */
  | { readonly kind: 'other'; readonly path: string; readonly before: Side | null; readonly after: Side | null };

interface Side {
  readonly id: string;
  readonly isSubmodule: boolean;
}

/** Full ids of two trees. */
export interface TreePair {
  readonly before: string;
  readonly after: string;
}

/** The plumbing command: no setting of a person or a repository changes what it prints. */
const command = ['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-abbrev', '--ignore-submodules=none'];

/** A comparison that goes on. */
export interface TreeComparison {
  /** For each pair what was found so far, sorted by path; grows until `done`. */
  readonly diffs: readonly (readonly RawChange[])[];
  readonly done: Promise<void>;
  /** Calls a function each time that more was found. One at a time. */
  watch(grown: () => void): void;
}

/** Compares two commits whose full ids are known: as arguments, which are there sooner than what comes by a pipe. */
export function compareCommits(git: Git, { base, head }: Pick<GuessedCheckout, 'base' | 'head'>): TreeComparison {
  return compare([[]], (onStdout) => git([...command, base, head], { onStdout, withoutIndex: true }));
}

/** Compares trees, all pairs in one process, which starts before they are known. A rejection of `pairs` is passed on. */
export function compareTrees(git: Git, pairs: Promise<readonly TreePair[]>): TreeComparison {
  const pendingInput = pairs.then((known) => known.map(({ before, after }) => `${before} ${after}\n`).join(''));
  return compare([], (onStdout) => git([...command, '--stdin'], { pendingInput, onStdout, withoutIndex: true }));
}

function compare(diffs: RawChange[][], start: (onStdout: (piece: string) => void) => ReturnType<Git>): TreeComparison {
  let grown = (): void => undefined;
  const parse = diffParser(diffs);
  const onStdout = (piece: string): void => {
    parse(piece);
    grown();
  };
  const running = start(onStdout);
  return {
    diffs,
    done: running.then((result) => void gitOutput(result, 'compare two revisions')),
    watch(listener) {
      grown = listener;
    },
  };
}

/**
 * `BEFORE AFTER` LF for each pair of trees, and for each of its paths `:OLDMODE NEWMODE OLDID NEWID STATUS` NUL `PATH` NUL. git-diff-tree(1), RAW OUTPUT
 * FORMAT.
 */
function diffParser(diffs: RawChange[][]): (piece: string) => void {
  let rest = '';
  return (piece) => {
    let at = 0;
    if (rest !== '') {
      // Only the entry that two pieces share is put together, up to the second NUL: to join the pieces would copy all of the listing.
      const end = piece.indexOf('\0', piece.indexOf('\0') + 1) + 1 || piece.length;
      const shared = rest + piece.slice(0, end);
      const parsed = parseEntries(diffs, shared, 0);
      rest = shared.slice(parsed);
      if (end === piece.length) return;
      at = end - rest.length;
    }
    at = parseEntries(diffs, piece, at);
    rest = piece.slice(at);
  };
}

/** Takes all whole entries from a place on. @returns where the next one begins */
function parseEntries(diffs: RawChange[][], text: string, start: number): number {
  let at = start;
  while (at < text.length) {
    if (text[at] !== ':') {
      const lineEnd = text.indexOf('\n', at);
      if (lineEnd === -1) break;
      diffs.push([]);
      at = lineEnd + 1;
      continue;
    }
    const nameStart = text.indexOf('\0', at) + 1;
    const end = nameStart === 0 ? -1 : text.indexOf('\0', nameStart);
    if (end === -1) break;
    diffs.at(-1)?.push(rawChange(text, at, nameStart, text.slice(nameStart, end)));
    at = end + 1;
  }
  return at;
}

function rawChange(text: string, at: number, end: number, path: string): RawChange {
  if (text.startsWith(':100', at) && text.startsWith('100', at + 8)) return { kind: 'changed', path };
  const length = (end - at - 19) / 2;
  return {
    kind: 'other',
    path,
    before: side(text.slice(at + 1, at + 7), text.slice(at + 15, at + 15 + length)),
    after: side(text.slice(at + 8, at + 14), text.slice(at + 16 + length, at + 16 + 2 * length)),
  };
}

function side(mode: string, id: string): Side | null {
  return mode === '000000' ? null : { id, isSubmodule: mode === '160000' };
}
