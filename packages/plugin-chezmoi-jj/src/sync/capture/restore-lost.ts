import { join } from 'node:path';
import { changedPaths } from '../../jj/changed-paths.ts';
import { exactPath } from '../../jj/fileset.ts';
import { type Picture, readPicture } from '../../jj/picture.ts';
import { readStatus } from '../../status/status-file.ts';
import type { Session } from '../session/session.ts';
import { hasLostItsEnd, isAllZeros } from './zeros.ts';

/**
 * jj does not ask the file system to write what it checks out, so a power cut can leave such a file empty, or with zeros in the place of its content, although the sync
 * has long ended. It is nobody's edit. The time tells: it is from before the end of that sync, which saw it whole. Later zeros are
 * what a sync left that was cut off, or what somebody wants.
 */
export async function restoreLost(session: Session, picture: Picture): Promise<Picture> {
  const { host, jj, names, place, tree } = session;
  if (picture.at.empty || picture.at.parents.length !== 1) return picture;
  const sawWholeMs = lastWholeLook(session);
  // Whatever is left in it.
  const wasCutOff = host.files.facts(place.journal) !== undefined;
  const modified = (await changedPaths(jj, ['-r', '@'])).filter(({ status }) => status === 'modified');
  const lost: string[] = [];
  for (const path of modified.flatMap(({ paths }) => paths)) {
    const facts = host.files.facts(join(tree, path));
    if (facts?.kind !== 'file') continue;
    const isOld = facts.modifiedMs <= sawWholeMs;
    if (facts.size === 0 ? isOld : (isOld || wasCutOff) && (await hasZerosInstead(session, path))) lost.push(path);
  }
  if (lost.length === 0) return picture;
  await jj.must(['restore', '--from', '@-', '--', ...lost.map(exactPath)], 'put files back that a power cut has taken', {
    snapshot: true,
  });
  return await readPicture(jj, names, { snapshot: true });
}

/** When a sync ended that has looked at every file; one that stopped has not. Where the clock was set back since, times tell nothing. */
function lastWholeLook({ host, place }: Session): number {
  const status = readStatus(host, place);
  const isWhole = status?.state !== 'needs-attention' && status?.state !== 'busy';
  const ms = Date.parse((isWhole ? status?.lastSync : status?.lastSuccess) ?? '');
  return Number.isNaN(ms) || ms > host.now() ? Number.NEGATIVE_INFINITY : ms;
}

async function hasZerosInstead({ host, jj, tree }: Session, path: string): Promise<boolean> {
  const here = host.files.readBytes(join(tree, path));
  if (here === undefined || here.at(-1) !== 0) return false;
  const { exitCode, stdout } = await jj.run(['file', 'show', '-r', '@-', '--', exactPath(path)], { encoding: 'latin1' });
  const known = Buffer.from(stdout, 'latin1');
  return exitCode === 0 && !isAllZeros(known) && (isAllZeros(here) || hasLostItsEnd(here, known));
}
