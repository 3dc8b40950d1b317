import { targetPath } from '../chezmoi/target-path.ts';
import { exactPath } from '../jj/fileset.ts';
import { jsonLine, jsonList } from '../jj/json-template.ts';
import { findSecret } from '../secrets/find-secret.ts';
import type { BlockedSecret } from '../status/sync-status.ts';
import type { Session } from './session.ts';

/** A commit that must not leave this host, and why. */
export interface BlockedCommit extends BlockedSecret {
  readonly commit: string;
}

const template = jsonLine({
  commit: 'json(commit_id)',
  paths: jsonList('self.diff().files().filter(|f| f.status() != "removed")', 'json(x.path())'),
});

/** One after the other would be slow for a long history, all at once would be a storm. */
const atOnce = 4;

/**
 * Looks for secrets in every version of every file that is about to be published, not only in the last: hooks of git do not run under jj, and history
 * is public too. Files that chezmoi encrypts are passed over.
 */
export async function scanUnpublished(session: Session, commits: readonly string[]): Promise<readonly BlockedCommit[]> {
  const { jj, tree, source, options } = session;
  const revset = `::(${commits.join(' | ')}) ~ ::remote_bookmarks() ~ root()`;
  const found = (await jj.lines(['log', '--no-graph', '-r', revset, '-T', template], 'list what is not published')).filter(
    isChanged,
  );
  const folder = source === tree ? '' : `${source.slice(tree.length + 1)}/`;
  const pathOf = (path: string): string => (path.startsWith(folder) ? targetPath(path.slice(folder.length)) : undefined) ?? path;
  const versions = found
    .flatMap(({ commit, paths }) => paths.map((path) => ({ commit, path })))
    .filter(({ path }) => !/(^|\/)[a-z_]*encrypted_[^/]*$/.test(path) && !options.allowSecrets.includes(pathOf(path)));
  const blocked: BlockedCommit[] = [];
  for (let at = 0; at < versions.length; at += atOnce) {
    await Promise.all(
      versions.slice(at, at + atOnce).map(async ({ commit, path }) => {
        const text = await jj.run(['file', 'show', '-r', commit, '--', exactPath(path)]);
        const secret = findSecret(text.stdout);
        if (secret !== undefined) blocked.push({ commit, path: pathOf(path), ...secret });
      }),
    );
  }
  return blocked;
}

function isChanged(value: unknown): value is { readonly commit: string; readonly paths: readonly string[] } {
  return typeof value === 'object' && value !== null && 'commit' in value && 'paths' in value;
}
