import type { Git } from '../../host/git.ts';
import { compareTrees, type RawChange } from './compare-trees.ts';
import { gonePaths } from './gone-paths.ts';
import type { PathChange } from './path-change.ts';
import { readObjects } from './read-objects.ts';

/** Finds the repository of a submodule by its path; `undefined` where it is not here. */
export type FindSubmodule = (path: string) => Promise<Git | undefined>;

/** What the differences of two trees mean; sorted by path. Submodules are looked into, as deep as they go. */
export async function readChanges(raw: readonly RawChange[], findSubmodule: FindSubmodule): Promise<readonly PathChange[]> {
  const links = raw.filter(isLink);
  const files = links.length === 0 ? raw : raw.filter((change) => !isLink(change));
  const changes = pairRenames(files);
  if (links.length === 0) return changes;
  const inside = await Promise.all(links.map((link) => submoduleChanges(link, findSubmodule)));
  return [...changes, ...inside.flat()].toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

type OtherChange = Extract<RawChange, { kind: 'other' }>;

function isLink(change: RawChange): change is OtherChange {
  return change.kind === 'other' && (change.before?.isSubmodule === true || change.after?.isSubmodule === true);
}

/** What was deleted and added with the same content was renamed; where there is a choice, the name without its folders decides. */
function pairRenames(files: readonly RawChange[]): readonly PathChange[] {
  const gone = gonePaths();
  for (const file of files)
    if (file.kind === 'other' && file.before !== null && file.after === null) gone.add(file.before.id, file.path);
  const renamed = new Set<string>();
  const changes = files.map((file): PathChange => {
    if (file.kind === 'changed') return file;
    const { path, before, after } = file;
    if (before !== null) return { kind: after === null ? 'deleted' : 'changed', path };
    const from = after === null ? undefined : gone.take(after.id, path);
    if (from === undefined) return { kind: 'added', path };
    renamed.add(from);
    return { kind: 'renamed', path, from };
  });
  return renamed.size === 0 ? changes : changes.filter(({ kind, path }) => kind !== 'deleted' || !renamed.has(path));
}

/** A submodule that came, went or moved on is the difference of the two trees; a file in its place is one more change. */
async function submoduleChanges(link: OtherChange, findSubmodule: FindSubmodule): Promise<readonly PathChange[]> {
  const { path } = link;
  const file: readonly PathChange[] =
    link.before !== null && !link.before.isSubmodule
      ? [{ kind: 'deleted', path }]
      : link.after !== null && !link.after.isSubmodule
        ? [{ kind: 'added', path }]
        : [];
  const unknown: readonly PathChange[] = [...file, { kind: 'submodule', path }];
  const git = await findSubmodule(path);
  if (git === undefined) return unknown;
  const old = link.before?.isSubmodule ? link.before.id : undefined;
  const now = link.after?.isSubmodule ? link.after.id : undefined;
  const empty = emptyTree(old ?? now ?? '');
  const nested: FindSubmodule = async (inner) => await findSubmodule(`${path}/${inner}`);
  const [before, after] = await readObjects(git, [`${old ?? empty}^{tree}`, `${now ?? empty}^{tree}`]);
  if (before === undefined || after === undefined) return unknown;
  const { diffs, done } = compareTrees(git, Promise.resolve([{ before: before.id, after: after.id }]));
  await done;
  const [raw = []] = diffs;
  const changes = await readChanges(raw, nested);
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
