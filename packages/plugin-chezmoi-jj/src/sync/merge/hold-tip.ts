import { commitIds } from '../../jj/json-template.ts';
import { type Picture, readPicture } from '../../jj/picture.ts';
import { readKnownTip } from '../session/identity.ts';
import type { Session } from '../session/session.ts';

/**
 * A fetch moves the bookmark of this host along with the one of the remote when nothing new was made here: another machine uses our name (a copied disk). This
 * home is not what that machine's is, so the bookmark goes back to where this host had put it, and HEAL sees that the other one is foreign.
 */
export async function holdTip({ host, place, jj, names }: Session, picture: Picture): Promise<Picture> {
  const known = readKnownTip(host, place);
  const [tip, another] = picture.tip;
  if (known === undefined || another !== undefined || tip !== picture.remoteTip || tip === known || tip === undefined)
    return picture;
  const found = await jj.lines(['log', '--no-graph', '-r', `present(${known})`, '-T', commitIds], 'find where this host was');
  // The folder was made anew.
  if (found.length === 0) return picture;
  await jj.must(['bookmark', 'set', names.tip, '-r', known, '--allow-backwards'], 'keep the bookmark of this host');
  return await readPicture(jj, names);
}
