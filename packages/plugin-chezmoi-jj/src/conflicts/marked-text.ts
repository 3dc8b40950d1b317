import { RotaError } from '@rota/core';
import { exactPath } from '../jj/fileset.ts';
import type { Session } from '../sync/session/session.ts';
import { conflictsOf } from './conflicts-of.ts';
import { refuseEncrypted } from './replace-in-merge.ts';
import { waitingMerge } from './waiting-merge.ts';

/** A file in conflict with both sides marked in it, for an editor; it is never written where chezmoi could see it. @throws ROTA_DOTFILES_PATH */
export async function markedText(session: Session, path: string): Promise<string> {
  const waiting = await waitingMerge(session);
  const conflicts = waiting === undefined ? [] : await conflictsOf(session, waiting.picture, waiting.probe);
  const found = conflicts.find((conflict) => conflict.path === path);
  const source = found?.sources[0];
  if (found !== undefined) refuseEncrypted(found);
  if (waiting === undefined || source === undefined)
    throw new RotaError('ROTA_DOTFILES_PATH', `${path} is not in conflict; there are no two texts to edit.`, {
      suggestions: [`Where it was left alone: rota chezmoi resolve ${path} --take local|remote`],
    });
  return await session.jj.must(['file', 'show', '-r', waiting.probe.commit, '--', exactPath(source)], 'show the conflict');
}
