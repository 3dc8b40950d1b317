import { relative } from 'node:path';
import { targetPath } from '../chezmoi/target-path.ts';
import { changedPaths } from '../jj/changed-paths.ts';
import { exactName } from '../jj/fileset.ts';
import { jsonLine, jsonList } from '../jj/json-template.ts';
import type { Session } from '../sync/session/session.ts';

/** One host, as its bookmark at the remote tells. */
export interface FleetHost {
  readonly host: string;
  readonly isThisHost: boolean;
  readonly commit: string;
  /** When it last published something. */
  readonly changedAt: string;
  /** Commits of the shared branch that it has not taken yet. */
  readonly behind: number;
  readonly behindSince: string | null;
  /** Commits of its own that the shared branch does not have: it disagrees, or has not been merged. */
  readonly ahead: number;
  readonly disagreesSince: string | null;
  /** Dotfiles that both sides have changed. */
  readonly disagreesOn: readonly string[];
}

const tips = jsonLine({
  commit: 'json(commit_id)',
  changedAt: 'json(committer.timestamp())',
  bookmarks: jsonList('remote_bookmarks'),
});
const times = 'json(author.timestamp()) ++ "\\n"';

/** All hosts that publish to the remote, by name. Reads what the last fetch brought. */
export async function readFleet(session: Session): Promise<readonly FleetHost[]> {
  const { jj, names } = session;
  const main = `remote_bookmarks(${exactName(names.main)}, exact:"origin")`;
  const found = (
    await jj.lines(['log', '--no-graph', '-r', 'remote_bookmarks(glob:"host/*", exact:"origin")', '-T', tips], 'read the hosts')
  ).filter(isTip);
  const hosts = found.flatMap(({ commit, changedAt, bookmarks }) =>
    bookmarks
      .filter(({ name, remote }) => remote === 'origin' && name.startsWith('host/'))
      .map(async ({ name }): Promise<FleetHost> => {
        const behind = await timesOf(session, `${commit}..${main}`);
        const ahead = await timesOf(session, `${main}..${commit}`);
        return {
          host: name,
          isThisHost: name === names.tip,
          commit,
          changedAt,
          behind: behind.length,
          behindSince: behind.toSorted()[0] ?? null,
          ahead: ahead.length,
          disagreesSince: ahead.toSorted()[0] ?? null,
          disagreesOn: ahead.length === 0 ? [] : await disagreement(session, commit, main),
        };
      }),
  );
  return (await Promise.all(hosts)).toSorted((a, b) => (a.host < b.host ? -1 : 1));
}

async function timesOf({ jj }: Session, revset: string): Promise<readonly string[]> {
  const lines = await jj.lines(['log', '--no-graph', '-r', revset, '-T', times], 'compare a host with the shared branch');
  return lines.filter((line) => typeof line === 'string');
}

/** What has changed on both sides since they parted, and is not the same now. */
async function disagreement({ jj, tree, source }: Session, commit: string, main: string): Promise<readonly string[]> {
  const base = `latest(heads(::${commit} & ::${main}), 1)`;
  const [theirs, ours, differ] = await Promise.all([
    changedPaths(jj, ['--from', base, '--to', commit]),
    changedPaths(jj, ['--from', base, '--to', main]),
    changedPaths(jj, ['--from', commit, '--to', main]),
  ]);
  const folder = relative(tree, source);
  const nameOf = (path: string): string => targetPath(folder === '' ? path : relative(folder, path)) ?? path;
  const targets = (list: typeof theirs): Set<string> => new Set(list.flatMap(({ paths }) => paths.map(nameOf)));
  const [a, b, c] = [targets(theirs), targets(ours), targets(differ)];
  return [...a].filter((path) => b.has(path) && c.has(path)).sort();
}

interface Tip {
  readonly commit: string;
  readonly changedAt: string;
  readonly bookmarks: readonly { readonly name: string; readonly remote?: string }[];
}

function isTip(value: unknown): value is Tip {
  return typeof value === 'object' && value !== null && 'commit' in value && 'bookmarks' in value;
}
