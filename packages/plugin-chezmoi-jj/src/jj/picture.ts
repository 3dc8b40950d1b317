import type { Names } from '../sync/names.ts';
import { type BookmarkRef, isCommitLine } from './commit-line.ts';
import { exactName } from './fileset.ts';
import type { Jj, JjOptions } from './jj.ts';
import { jsonLine, jsonList } from './json-template.ts';

/** Everything that the states decide upon, read with one call. Commits are ids in hex. */
export interface Picture {
  /** The working-copy commit and its parents. */
  readonly at: {
    readonly commit: string;
    readonly parents: readonly string[];
    readonly conflict: boolean;
    readonly empty: boolean;
  };
  /** Paths that are tracked in the working copy. */
  readonly tracked: readonly string[];
  /** The shared branch here; more than one target: it moved on both sides. */
  readonly main: readonly string[];
  readonly remoteMain: string | undefined;
  /** What this home looks like. More than one target: another machine uses our name. */
  readonly tip: readonly string[];
  readonly remoteTip: string | undefined;
  /** Lines of work that are in neither yet: edits of the source folder. Bookmark and commit. */
  readonly pending: readonly { readonly name: string; readonly commit: string }[];
  /** The merge that waits for a person, if there is one. */
  readonly conflict: string | undefined;
}

const template = jsonLine({
  commit: 'json(commit_id)',
  parents: jsonList('parents', 'json(x.commit_id())'),
  conflict: 'json(conflict)',
  empty: 'json(empty)',
  working: 'json(self.contained_in("@"))',
  local: jsonList('local_bookmarks'),
  remote: jsonList('remote_bookmarks'),
  files: `if(self.contained_in("@"), ${jsonList('self.files()', 'json(x.path())')}, "[]")`,
});

/** Bookmarks of this host that are never pushed. */
export const pendingPrefix = 'sync/source-';
export const conflictBookmark = 'sync/conflict';

/** Reads the repository. With `snapshot`, what lies in the working copy is recorded first. @throws ROTA_DOTFILES_FAILED */
export async function readPicture(jj: Jj, names: Names, options: JjOptions = {}): Promise<Picture> {
  const [main, tip] = [exactName(names.main), exactName(names.tip)];
  const revset = `@ | bookmarks(${main}) | remote_bookmarks(${main}, exact:"origin") | bookmarks(${tip}) | remote_bookmarks(${tip}, exact:"origin") | bookmarks(glob:"sync/*")`;
  const lines = await jj.lines(['log', '--no-graph', '-r', revset, '-T', template], 'read the repository', options);
  const commits = lines.filter(isCommitLine);
  const at = commits.find(({ working }) => working);
  if (at === undefined) throw new TypeError('jj named no working-copy commit');
  const local = commits.flatMap((commit) => commit.local);
  const remote = commits.flatMap((commit) => commit.remote).filter((ref) => ref.remote === 'origin');
  const targets = (refs: readonly BookmarkRef[], name: string): readonly string[] => [
    ...new Set(refs.filter((ref) => ref.name === name).flatMap(({ target }) => target.filter((commit) => commit !== null))),
  ];
  return {
    at: { commit: at.commit, parents: at.parents, conflict: at.conflict, empty: at.empty },
    tracked: at.files,
    main: targets(local, names.main),
    remoteMain: targets(remote, names.main)[0],
    tip: targets(local, names.tip),
    remoteTip: targets(remote, names.tip)[0],
    pending: local
      .filter(({ name }) => name.startsWith(pendingPrefix))
      .flatMap(({ name, target }) => target.filter((commit) => commit !== null).map((commit) => ({ name, commit }))),
    conflict: targets(local, conflictBookmark)[0],
  };
}
