import { isEncrypted } from '../../chezmoi/is-encrypted.ts';
import { targetPath } from '../../chezmoi/target-path.ts';
import type { Picture } from '../../jj/picture.ts';
import { readVersions } from '../../jj/read-versions.ts';
import { findSecret } from '../../secrets/find-secret.ts';
import { findUnencrypted } from '../../secrets/find-unencrypted.ts';
import type { BlockedSecret } from '../../status/sync-status.ts';
import type { Session } from '../session/session.ts';

/** A commit that must not leave this host, and why. */
export interface BlockedCommit extends BlockedSecret {
  readonly commit: string;
}

/**
 * Looks for secrets in every version of every file that is about to be published, not only in the last: hooks of git do not run under jj, and history
 * is public too. Files that chezmoi has encrypted are passed over; one that only its name says to be is itself the secret.
 */
export async function scanUnpublished(session: Session, picture: Picture): Promise<readonly BlockedCommit[]> {
  const { host, env, jj, tree, source, options } = session;
  const folder = source === tree ? '' : `${source.slice(tree.length + 1)}/`;
  const pathOf = (path: string): string => (path.startsWith(folder) ? targetPath(path.slice(folder.length)) : undefined) ?? path;
  const isDotfile = (path: string): boolean => path.startsWith(folder) && targetPath(path.slice(folder.length)) !== undefined;
  const versions = picture.unpublished
    .flatMap(({ commit, paths }) => paths.map((path) => ({ commit, path })))
    .filter(({ path }) => !options.allowSecrets.includes(pathOf(path)));
  const blocked: BlockedCommit[] = [];
  await readVersions({ host, env, jj, tree, timeoutMs: options.timeout * 10_000 }, versions, ({ commit, path }, text) => {
    const secret = isDotfile(path) && isEncrypted(path) ? findUnencrypted(text) : findSecret(text);
    if (secret !== undefined) blocked.push({ commit, path: pathOf(path), ...secret });
  });
  return blocked;
}
