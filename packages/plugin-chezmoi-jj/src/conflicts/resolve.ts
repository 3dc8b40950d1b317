import { type Host, withLock } from '@rota/core';
import type { DotfileOptions } from '../options.ts';
import { recover } from '../sync/recover.ts';
import { keepForNextSync } from '../sync/session/journal.ts';
import { openSession } from '../sync/session/open-session.ts';
import { placeOf } from '../sync/session/place.ts';
import { withTree } from '../sync/session/tree-lock.ts';
import { type Resolved, resolvePath } from './resolve-path.ts';
import type { Take } from './take.ts';

/** {@link resolvePath}, alone on this host. @throws ROTA_LOCK_HELD while a sync runs, ROTA_DOTFILES_PATH, ROTA_DOTFILES_CONFIG */
export async function resolve(host: Host, options: DotfileOptions, path: string, take: Take): Promise<Resolved> {
  const purpose = { purpose: 'resolve a conflict' };
  return await withLock(host, placeOf(host).lock, purpose, async () => {
    const session = await openSession(host, options);
    return await withTree(host, session.tree, purpose, async () => {
      const cutOff = await recover(session);
      if (cutOff !== undefined) keepForNextSync(host, session.place, cutOff);
      return await resolvePath(session, path, take);
    });
  });
}
