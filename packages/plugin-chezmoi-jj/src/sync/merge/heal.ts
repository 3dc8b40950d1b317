import { digestOf } from '@rota/core';
import { commitIds } from '../../jj/json-template.ts';
import { type Picture, pendingPrefix, readPicture } from '../../jj/picture.ts';
import { renewIdentity } from '../session/identity.ts';
import type { Names } from '../session/names.ts';
import type { Session } from '../session/session.ts';

/** What had to be put right after a fetch. */
export interface Healed {
  readonly names: Names;
  readonly picture: Picture;
}

/**
 * HEAL: a fetch can leave the shared branch, or the bookmark of this host, with two targets.
 *
 * The shared branch carries nothing of its own here, unless a person has put it somewhere: that gets a bookmark, and the branch follows the remote.
 * The bookmark of this host goes when somebody removes it there, and comes back. It moves there only when another machine uses our name (a copied
 * disk): we take a new one, and both stay.
 */
export async function heal(session: Session, picture: Picture): Promise<Healed> {
  const { jj, names } = session;
  const foreign = picture.isForeign;
  const renewed = foreign ? renewIdentity(session.host, session.place, session.options, names) : names;
  if (foreign) {
    const own = picture.tip.find((commit) => commit !== picture.remoteTip) ?? picture.tip[0] ?? '@-';
    await jj.must(['bookmark', 'set', renewed.tip, '-r', own], 'take a new name for this host');
    await jj.must(['bookmark', 'untrack', `${names.tip}@origin`], 'leave the old name to the other machine');
    await jj.run(['bookmark', 'forget', names.tip]);
    await jj.run(['git', 'fetch', '--remote', 'origin']);
  }
  // jj follows a bookmark that somebody removed at the remote. This home is what it was.
  const [own] = picture.at.parents;
  const isGone = picture.tip.length === 0 && picture.at.empty && own !== undefined;
  if (isGone) await jj.must(['bookmark', 'set', names.tip, '-r', own], 'find the bookmark of this host again');
  const { remoteMain } = picture;
  const followed = remoteMain !== undefined && (await followMain(session, picture, remoteMain));
  return { names: renewed, picture: foreign || isGone || followed ? await readPicture(jj, renewed) : picture };
}

/** The local branch is only a place to push from. Answers whether it had to move. */
async function followMain(
  { jj, names }: Session,
  { main, tip, pending, isMainTracked }: Picture,
  remoteMain: string,
): Promise<boolean> {
  if (main.length === 1 && main[0] === remoteMain) return false;
  const known = [remoteMain, ...tip, ...pending.map(({ commit }) => commit)].join(' | ');
  const own =
    main.length === 0
      ? []
      : await jj.lines(
          ['log', '--no-graph', '-r', `(${main.join(' | ')}) ~ ::(${known}) ~ conflicts()`, '-T', commitIds],
          'look for commits on the shared branch that were made by hand',
        );
  for (const commit of own.filter((id) => typeof id === 'string')) {
    await jj.must(
      ['bookmark', 'set', `${pendingPrefix}${digestOf(commit).slice(0, 8)}`, '-r', commit],
      'keep commits that were made by hand',
    );
  }
  await jj.must(['bookmark', 'set', names.main, '-r', remoteMain, '--allow-backwards'], 'follow the shared branch');
  if (!isMainTracked) await jj.run(['bookmark', 'track', `${names.main}@origin`]);
  return true;
}
