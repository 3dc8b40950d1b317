import { join } from 'node:path';
import { digestOf, RotaError } from '@rota/core';
import { exactPath } from '../../jj/fileset.ts';
import { largestNewFile } from '../../jj/jj.ts';
import { commitIds } from '../../jj/json-template.ts';
import { type Picture, pendingPrefix, readPicture } from '../../jj/picture.ts';
import { readKnownBase } from '../session/identity.ts';
import type { Enter, Session } from '../session/session.ts';
import { goTo, sourceEdits } from './go-to.ts';
import { restoreLost } from './restore-lost.ts';
import { filesToTrack, untrackedFiles } from './untracked-files.ts';

/** A working copy that is an empty child of this host's bookmark, and what was untracked in it. */
export interface Settled {
  readonly picture: Picture;
  /** Whether anything had to be done. */
  readonly moved: boolean;
  /** New files that jj does not take, below the working tree. */
  readonly tooLarge: readonly string[];
}

/**
 * BASE: brings the working copy to the revision that this home looks like. Edits of the source folder become a commit with a bookmark of their own,
 * to be merged like any other line of work; nothing is ever thrown away.
 *
 * @throws ROTA_DOTFILES_FAILED when a person has left a conflict in the working copy
 */
export async function settleWorkingCopy(session: Session, enter: Enter, looked: Picture): Promise<Settled> {
  if (looked.at.conflict) {
    throw new RotaError(
      'ROTA_DOTFILES_FAILED',
      `The working copy of ${session.tree} holds a conflict that a person has made; it is left alone.`,
      {
        suggestions: ['Resolve it with `jj resolve`, or leave it with `jj new`, then synchronise again.'],
      },
    );
  }
  const picture = await restoreLost(session, looked);
  const wanted = await filesToTrack(session, untrackedFiles(session.host, session.tree, picture.tracked));
  const isTooLarge = (path: string): boolean => (session.host.files.facts(join(session.tree, path))?.size ?? 0) > largestNewFile;
  const [fresh, tooLarge] = [wanted.filter((path) => !isTooLarge(path)), wanted.filter(isTooLarge)];
  const [tip] = picture.tip;
  const isHere = tip !== undefined && picture.at.parents.length === 1 && picture.at.parents[0] === tip;
  if (isHere && picture.at.empty && fresh.length === 0) return { picture, moved: picture !== looked, tooLarge };
  enter('settle', { from: picture.at.parents[0] ?? null, to: tip ?? null });
  await trackFiles(session, fresh);
  const now = fresh.length === 0 ? picture : await readPicture(session.jj, session.names, { snapshot: true });
  const known = tip === undefined ? await begun(session, now) : now;
  if (known === undefined) return { picture: await found(session, now), moved: true, tooLarge };
  await keepStrayWork(session, known);
  await goTo(session, known.tip[0] ?? '@-', 'go to the revision of this host');
  return { picture: await readPicture(session.jj, session.names, { snapshot: true }), moved: true, tooLarge };
}

/** Starts to track files. jj answers 0 for one that it does not take (it is ignored); the next look tells. */
export async function trackFiles(session: Session, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  await session.jj.must(['file', 'track', '--', ...paths.map(exactPath)], 'track new files', { snapshot: true });
}

/**
 * The bookmark that this host had before its folder was made anew: what was cloned may be newer than what this home looks like. Where it published none, or none since, it begins
 * at the newest revision of the shared branch that it had. `undefined` for a host that is new.
 */
async function begun({ jj, names, host, place }: Session, { remoteTip }: Picture): Promise<Picture | undefined> {
  const base = readKnownBase(host, place);
  const newer = remoteTip === undefined ? '' : ` & ${remoteTip}::`;
  const found =
    base === undefined
      ? []
      : await jj.lines(['log', '--no-graph', '-r', `present(${base})${newer}`, '-T', commitIds], 'find where this host was');
  if (remoteTip === undefined && found.length === 0) return undefined;
  if (remoteTip !== undefined) await jj.must(['bookmark', 'track', `${names.tip}@origin`], 'find the bookmark of this host');
  if (base !== undefined && found.length > 0)
    await jj.must(['bookmark', 'set', names.tip, '-r', base], 'set the bookmark of this host');
  return await readPicture(jj, names, { snapshot: true });
}

/** The first bookmark of this host: the revision that the folder was left at. */
async function found({ jj, names }: Session, picture: Picture): Promise<Picture> {
  const root = '0'.repeat(40);
  if (picture.at.parents.length === 1 && picture.at.parents[0] !== root) {
    await jj.must(['bookmark', 'set', names.tip, '-r', picture.at.parents[0] ?? '@-'], 'set the bookmark of this host');
  } else {
    await jj.must(['describe', '-m', 'sync: what was here'], 'describe what was here', { snapshot: true });
    await jj.must(['bookmark', 'set', names.tip, '-r', '@'], 'set the bookmark of this host');
    await jj.must(['new', names.tip], 'go to the revision of this host');
  }
  return await readPicture(jj, names, { snapshot: true });
}

/** Makes what is in the working copy a line of work of its own. */
export async function keepEdits(jj: Session['jj'], commit: string, message: string): Promise<void> {
  await jj.must(['describe', '-m', message], 'describe edits', { snapshot: true });
  await jj.must(['bookmark', 'set', `${pendingPrefix}${digestOf(commit).slice(0, 8)}`, '-r', '@'], 'keep edits');
}

/** Gives a bookmark to what would otherwise be left behind: edits in the working copy, and commits that a person made on top of ours. */
async function keepStrayWork({ jj }: Session, { at, tip, remoteMain, main, pending, conflict }: Picture): Promise<void> {
  if (!at.empty) {
    await keepEdits(jj, at.commit, sourceEdits);
    return;
  }
  const known = [...tip, ...main, remoteMain, conflict, ...pending.map(({ commit }) => commit)].filter(
    (commit) => commit !== undefined,
  );
  const strays = await jj.lines(
    ['log', '--no-graph', '-r', `(@- ~ ::(${known.join(' | ')})) ~ root()`, '-T', commitIds],
    'look for commits that were made by hand',
  );
  for (const commit of strays.filter((id) => typeof id === 'string')) {
    await jj.must(
      ['bookmark', 'set', `${pendingPrefix}${digestOf(commit).slice(0, 8)}`, '-r', commit],
      'keep commits that were made by hand',
    );
  }
}
