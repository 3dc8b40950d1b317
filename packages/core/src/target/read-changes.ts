import type { Git } from '../host/git.ts';
import { gitOutput } from '../host/git.ts';
import type { PathChange } from './path-change.ts';

/** Finds the repository of a submodule by its path; `undefined` where it is not here. */
export type FindSubmodule = (path: string) => Promise<Git | undefined>;

interface RawChange {
  readonly path: string;
  /** `null` where there was, or is, nothing. */
  readonly before: Side | null;
  readonly after: Side | null;
}

interface Side {
  readonly id: string;
  readonly isSubmodule: boolean;
}

/** What differs between two trees or commits, given by full ids; sorted by path. Submodules are looked into, as deep as they go. */
export async function readChanges(
  git: Git,
  before: string,
  after: string,
  findSubmodule: FindSubmodule,
): Promise<readonly PathChange[]> {
  const raw = parseRawDiff(gitOutput(await rawDiff(git, before, after), 'compare two revisions'));
  const links = raw.filter(isLink);
  const files = links.length === 0 ? raw : raw.filter((change) => !isLink(change));
  const changes = pairRenames(files);
  if (links.length === 0) return changes;
  const inside = await Promise.all(links.map((link) => submoduleChanges(link, findSubmodule)));
  return [...changes, ...inside.flat()].toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** The plumbing command: no setting of a person or a repository changes what it prints. */
function rawDiff(git: Git, before: string, after: string): ReturnType<Git> {
  return git(['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-abbrev', '--ignore-submodules=none', before, after]);
}

/** `:OLDMODE NEWMODE OLDID NEWID STATUS` NUL `PATH` NUL, again and again. git-diff-tree(1), RAW OUTPUT FORMAT. */
function parseRawDiff(text: string): readonly RawChange[] {
  const fields = text.split('\0');
  const changes: RawChange[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const facts = fields[index] ?? '';
    const path = fields[index + 1] ?? '';
    // Nearly all are files that stay files, of which the path is all that counts.
    if (facts.startsWith(':100') && facts.startsWith('100', 8)) {
      changes.push({ path, before: aFile, after: aFile });
      continue;
    }
    const length = (facts.length - 18) / 2;
    changes.push({
      path,
      before: side(facts.slice(1, 7), facts, 15, length),
      after: side(facts.slice(8, 14), facts, 16 + length, length),
    });
  }
  return changes;
}

const aFile: Side = { id: '', isSubmodule: false };

function isLink({ before, after }: RawChange): boolean {
  return before?.isSubmodule === true || after?.isSubmodule === true;
}

function side(mode: string, facts: string, start: number, length: number): Side | null {
  return mode === '000000' ? null : { id: facts.slice(start, start + length), isSubmodule: mode === '160000' };
}

/** What was deleted and added with the same content was renamed; where there is a choice, the name without its folders decides. */
function pairRenames(files: readonly RawChange[]): readonly PathChange[] {
  const gone = new Map<string, string[]>();
  for (const { path, before, after } of files)
    if (before !== null && after === null) gone.set(before.id, [...(gone.get(before.id) ?? []), path]);
  const renamed = new Set<string>();
  const changes = files.map(({ path, before, after }): PathChange => {
    if (before !== null) return { kind: after === null ? 'deleted' : 'changed', path };
    const candidates = gone.get(after?.id ?? '') ?? [];
    const from = candidates.find((one) => baseName(one) === baseName(path)) ?? candidates[0];
    if (from === undefined) return { kind: 'added', path };
    gone.set(
      after?.id ?? '',
      candidates.filter((one) => one !== from),
    );
    renamed.add(from);
    return { kind: 'renamed', path, from };
  });
  return renamed.size === 0 ? changes : changes.filter(({ kind, path }) => kind !== 'deleted' || !renamed.has(path));
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A submodule that came, went or moved on is the difference of the two trees; a file in its place is one more change. */
async function submoduleChanges(link: RawChange, findSubmodule: FindSubmodule): Promise<readonly PathChange[]> {
  const { path, before, after } = link;
  const file: readonly PathChange[] =
    before !== null && !before.isSubmodule
      ? [{ kind: 'deleted', path }]
      : after !== null && !after.isSubmodule
        ? [{ kind: 'added', path }]
        : [];
  const unknown: readonly PathChange[] = [...file, { kind: 'submodule', path }];
  const git = await findSubmodule(path);
  if (git === undefined) return unknown;
  const old = before?.isSubmodule ? before.id : undefined;
  const now = after?.isSubmodule ? after.id : undefined;
  const empty = emptyTree(old ?? now ?? '');
  const nested: FindSubmodule = async (inner) => await findSubmodule(`${path}/${inner}`);
  if ((await git(['cat-file', '-e', `${old ?? empty}^{tree}`])).exitCode !== 0) return unknown;
  if ((await git(['cat-file', '-e', `${now ?? empty}^{tree}`])).exitCode !== 0) return unknown;
  const changes = await readChanges(git, old ?? empty, now ?? empty, nested);
  return [...file, ...changes.map((change) => below(path, change))];
}

function below(folder: string, change: PathChange): PathChange {
  const path = `${folder}/${change.path}`;
  return change.kind === 'renamed' ? { ...change, path, from: `${folder}/${change.from}` } : { ...change, path };
}

/** git knows the tree without entries though no repository holds it; its id follows from the hash that is used. */
function emptyTree(id: string): string {
  return id.length === 64
    ? '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321'
    : '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
}
