import { join } from 'node:path';
import { changedPaths } from '../../jj/changed-paths.ts';
import { exactPath } from '../../jj/fileset.ts';
import { type Picture, readPicture } from '../../jj/picture.ts';
import { readStatus } from '../../status/status-file.ts';
import type { Session } from '../session/session.ts';

/**
 * jj does not ask the file system to write what it checks out, so a power cut can leave such a file empty although the sync has long ended. It is nobody's edit: its
 * time is from before the end of that sync, which saw it whole.
 */
export async function restoreEmptied(session: Session, picture: Picture): Promise<Picture> {
  const { host, jj, names, place, tree } = session;
  const status = readStatus(host, place);
  // A sync that stopped has not looked at every file.
  const isWhole = status?.state !== 'needs-attention' && status?.state !== 'busy';
  const sawWholeMs = Date.parse((isWhole ? status?.lastSync : status?.lastSuccess) ?? '');
  if (picture.at.empty || picture.at.parents.length !== 1 || Number.isNaN(sawWholeMs)) return picture;
  const isEmptied = (path: string): boolean => {
    const facts = host.files.facts(join(tree, path));
    return facts?.kind === 'file' && facts.size === 0 && facts.modifiedMs <= sawWholeMs;
  };
  const emptied = (await changedPaths(jj, ['-r', '@']))
    .filter(({ status: what }) => what === 'modified')
    .flatMap(({ paths }) => paths.filter(isEmptied));
  if (emptied.length === 0) return picture;
  await jj.must(['restore', '--from', '@-', '--', ...emptied.map(exactPath)], 'put files back that a power cut has emptied', {
    snapshot: true,
  });
  return await readPicture(jj, names, { snapshot: true });
}
