import { join } from 'node:path';
import { RotaError } from '@rota/core';
import { backUp } from '../sync/apply/backup.ts';
import { forgetLeftBehind, type LeftBehind, readLeftBehind } from '../sync/apply/left-behind.ts';
import { writtenByChezmoi } from '../sync/home/written-by-chezmoi.ts';
import type { Session } from '../sync/session/session.ts';
import { addFlags, howMade, isMade } from './add-source.ts';
import type { Take } from './take.ts';

/** What is known of a file that stands here still. */
export function leftBehindAt(session: Session, path: string): LeftBehind | undefined {
  const isFile = session.host.files.facts(join(session.home, path))?.kind === 'file';
  return isFile ? readLeftBehind(session)[path] : undefined;
}

/** An older version did not write down what was dropped below an `exact_` folder; that it had a source chezmoi remembers. */
export async function writtenBefore(session: Session, path: string): Promise<LeftBehind | undefined> {
  const target = join(session.home, path);
  const hash = (await writtenByChezmoi(session)).get(target);
  const isFile = session.host.files.facts(target)?.kind === 'file';
  return isFile && hash !== undefined ? { hash, source: undefined } : undefined;
}

/** `add` would take everything in a folder as it is, also what was encrypted. @throws ROTA_DOTFILES_PATH */
export function refuseLeftBehindBelow(session: Session, folder: string): void {
  const below = Object.keys(readLeftBehind(session)).filter(
    (path) => path.startsWith(`${folder}/`) && leftBehindAt(session, path) !== undefined,
  );
  if (below.length === 0) return;
  throw new RotaError(
    'ROTA_DOTFILES_PATH',
    `${folder} holds files whose sources another host has deleted; nothing was changed.`,
    {
      suggestions: [
        ...below.map((path) => `Take one of them: rota chezmoi resolve ${path} --take local`),
        `Or let the folder go: rota chezmoi resolve ${folder} --take remote`,
      ],
    },
  );
}

/** A dotfile whose source another host has deleted. Taken from here it has one again, for all; else it goes, after a copy. */
export async function resolveLeftBehind(session: Session, path: string, take: Take, known: LeftBehind): Promise<boolean> {
  const { chezmoi, home, host } = session;
  const target = join(home, path);
  if (take.from === 'edit')
    throw new RotaError('ROTA_DOTFILES_PATH', `${path} has no source any more; there are no two texts to edit.`, {
      suggestions: [`rota chezmoi resolve ${path} --take local`, `rota chezmoi resolve ${path} --take remote`],
    });
  if (take.from === 'local') await chezmoi.must(['add', ...howToAdd(path, target, known), '--', target], 'take the file in');
  else {
    await backUp(session, [{ here: ' ', apply: 'D', target }], 'resolve');
    host.files.remove(target);
  }
  forgetLeftBehind(session, [path]);
  return true;
}

/**
 * As its source was: what was encrypted must not be published as it is, nor what a template got from a program that keeps passwords.
 *
 * @throws ROTA_DOTFILES_PATH where that is not known, or cannot be
 */
function howToAdd(path: string, target: string, { source }: LeftBehind): readonly string[] {
  if (source !== undefined && !isMade(source)) return addFlags(source);
  const why =
    source === undefined
      ? 'lost its source, and whether that was encrypted is not known'
      : `${howMade(source)}, and may hold what is not to be published`;
  throw new RotaError('ROTA_DOTFILES_PATH', `${path} ${why}; nothing was changed.`, {
    suggestions: [
      `If it holds a secret: chezmoi add --encrypt ${target}`,
      `If everybody may read it: chezmoi add ${target}`,
      `Or let it go: rota chezmoi resolve ${path} --take remote`,
    ],
  });
}
