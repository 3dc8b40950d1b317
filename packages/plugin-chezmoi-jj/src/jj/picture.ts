import type { Names } from '../sync/session/names.ts';
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
  /** Of the shared branch at the remote, this home and the pending lines: those that are part of no other. */
  readonly heads: readonly Head[];
  /** Whether the bookmark of this host has moved at the remote, and not by us. */
  readonly isForeign: boolean;
  readonly isMainTracked: boolean;
  /** Commits of this home, of the pending lines and the merge that waits that no remote has, with the paths that each has changed or added. */
  readonly unpublished: readonly { readonly commit: string; readonly paths: readonly string[] }[];
}

/** A revision that holds what all before it held. */
export interface Head {
  readonly commit: string;
  /** Paths in conflict. */
  readonly conflicted: readonly string[];
  readonly files: readonly string[];
}

/** Bookmarks of this host that are never pushed. */
export const pendingPrefix = 'sync/source-';
export const conflictBookmark = 'sync/conflict';

/** Reads the repository. With `snapshot`, what lies in the working copy is recorded first. @throws ROTA_DOTFILES_FAILED */
export async function readPicture(jj: Jj, names: Names, options: JjOptions = {}): Promise<Picture> {
  const { revset, template } = question(names);
  const lines = await jj.lines(['log', '--no-graph', '-r', revset, '-T', template], 'read the repository', options);
  const commits = lines.filter(isCommitLine);
  const at = commits.find(({ working }) => working);
  if (at === undefined) throw new TypeError('jj named no working-copy commit');
  const local = commits.flatMap((commit) => commit.local);
  const remote = commits.flatMap((commit) => commit.remote).filter((ref) => ref.remote === 'origin');
  const targets = (refs: readonly BookmarkRef[], name: string): readonly string[] => [
    ...new Set(refs.filter((ref) => ref.name === name).flatMap(({ target }) => target.filter((commit) => commit !== null))),
  ];
  const [tip, remoteTip] = [targets(local, names.tip), targets(remote, names.tip)[0]];
  return {
    at: { commit: at.commit, parents: at.parents, conflict: at.conflict, empty: at.empty },
    tracked: at.files ?? [],
    main: targets(local, names.main),
    remoteMain: targets(remote, names.main)[0],
    tip,
    remoteTip,
    pending: local
      .filter(({ name }) => name.startsWith(pendingPrefix))
      .flatMap(({ name, target }) => target.filter((commit) => commit !== null).map((commit) => ({ name, commit }))),
    conflict: targets(local, conflictBookmark)[0],
    heads: commits
      .filter(({ head }) => head)
      // What the working copy has not changed it holds as its parent does.
      .map(({ commit, conflicted, files }) => ({ commit, conflicted, files: files ?? at.files ?? [] })),
    isForeign: tip.length > 1 || (tip.length === 1 && commits.some(({ commit, foreign }) => foreign && commit === remoteTip)),
    unpublished: commits.flatMap(({ commit, unpublished }) => (unpublished === null ? [] : [{ commit, paths: unpublished }])),
    isMainTracked: remote.some(({ name, tracking_target }) => name === names.main && tracking_target !== undefined),
  };
}

function question(names: Names): { readonly revset: string; readonly template: string } {
  const [main, tip] = [exactName(names.main), exactName(names.tip)];
  const [remoteMain, remoteTip] = [main, tip].map((name) => `remote_bookmarks(${name}, exact:"origin")`);
  const own = `bookmarks(${tip}) | bookmarks(glob:"${pendingPrefix}*")`;
  const unpublished = `(::(${own} | bookmarks(${exactName(conflictBookmark)})) ~ ::remote_bookmarks() ~ root())`;
  const heads = `heads(${remoteMain} | ${own})`;
  const isOneOf = (revset: string): string => `self.contained_in(${JSON.stringify(revset)})`;
  const paths = jsonList('self.files()', 'json(x.path())');
  return {
    revset: `@ | bookmarks(${main}) | ${remoteMain} | bookmarks(${tip}) | ${remoteTip} | bookmarks(glob:"sync/*") | ${unpublished}`,
    template: jsonLine({
      commit: 'json(commit_id)',
      parents: jsonList('parents', 'json(x.commit_id())'),
      conflict: 'json(conflict)',
      empty: 'json(empty)',
      working: `json(${isOneOf('@')})`,
      local: jsonList('local_bookmarks'),
      remote: jsonList('remote_bookmarks'),
      head: `json(${isOneOf(heads)})`,
      foreign: `json(${isOneOf(`${remoteTip} ~ ::bookmarks(${tip})`)})`,
      unpublished: `if(${isOneOf(unpublished)}, ${jsonList('self.diff().files().filter(|f| f.status() != "removed")', 'json(x.path())')}, "null")`,
      conflicted: jsonList('conflicted_files', 'json(x.path())'),
      files: `if(${isOneOf(`@ | (${heads} ~ parents(@ & empty()))`)}, ${paths}, "null")`,
    }),
  };
}
