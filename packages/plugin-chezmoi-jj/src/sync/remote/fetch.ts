import { RotaError } from '@rota/core';
import { type RemoteFailure, remoteFailure } from '../../jj/failure-kind.ts';
import { lastWords } from '../../jj/last-words.ts';
import type { Session } from '../session/session.ts';

/** How listening to the remote went. */
export type Fetched =
  /** `changed`: something may be new. */
  | { readonly kind: 'ok'; readonly changed: boolean }
  | { readonly kind: 'offline'; readonly why: RemoteFailure; readonly message: string };

/**
 * FETCH: asks the remote for news. Not being reached is no error.
 *
 * @throws ROTA_DOTFILES_CONFIG when git is too old, ROTA_DOTFILES_FAILED for what no waiting mends
 */
export async function fetchRemote({ jj }: Pick<Session, 'jj'>): Promise<Fetched> {
  const result = await jj.run(['git', 'fetch', '--remote', 'origin']);
  if (result.exitCode === 0) return { kind: 'ok', changed: result.stderr.trim() !== 'Nothing changed.' };
  const why = remoteFailure(result);
  const message = lastWords(result);
  if (why === 'git-too-old') {
    throw new RotaError('ROTA_DOTFILES_CONFIG', 'git is too old for jj, which fetches with `git fetch --porcelain`.', {
      suggestions: ['Install git 2.41 or newer.'],
    });
  }
  if (why === 'other') throw new RotaError('ROTA_DOTFILES_FAILED', `jj could not fetch: ${message}`);
  return { kind: 'offline', why, message };
}
