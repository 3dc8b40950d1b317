import { commitIds } from '../../jj/json-template.ts';
import { type Picture, readPicture } from '../../jj/picture.ts';
import type { Enter, Session } from '../session/session.ts';

/** ADVANCE: this home now looks like the revision. */
export async function advance({ jj, names }: Session, enter: Enter, picture: Picture, revision: string): Promise<Picture> {
  enter('advance', { to: revision });
  await jj.must(['bookmark', 'set', names.tip, '-r', revision], 'set the bookmark of this host');
  return { ...picture, tip: [revision] };
}

/** Lets go of the bookmarks of work that is part of the shared branch or of this home now. */
export async function forgetMerged({ jj, names }: Session, picture: Picture): Promise<Picture> {
  if (picture.pending.length === 0) return picture;
  const holders = [picture.remoteMain, ...picture.tip].filter((commit) => commit !== undefined).join(' | ');
  const merged = await jj.lines(
    ['log', '--no-graph', '-r', `(${picture.pending.map(({ commit }) => commit).join(' | ')}) & ::(${holders})`, '-T', commitIds],
    'find what is merged',
  );
  const over = picture.pending.filter(({ commit }) => merged.includes(commit)).map(({ name }) => name);
  if (over.length === 0) return picture;
  await jj.must(['bookmark', 'forget', ...over], 'let go of merged work');
  return await readPicture(jj, names);
}
