import type { Host } from '@rota/core';
import { chezmoiFor } from '../../chezmoi/chezmoi.ts';
import { jjOn } from '../../jj/jj.ts';
import type { DotfileOptions } from '../../options.ts';
import { forgetOutdated } from './forget-outdated.ts';
import { identityOf } from './identity.ts';
import { openRepository } from './open-repository.ts';
import { keptPlace, placeFor, placeOf } from './place.ts';
import { keepPreflight, type Preflight, preflight, readSettings } from './preflight.ts';
import { programEnvironment } from './program-environment.ts';
import type { Session } from './session.ts';

/**
 * PREFLIGHT and OPEN: everything that a sync works with.
 *
 * @throws ROTA_DOTFILES_CONFIG, ROTA_COMMAND_MISSING, ROTA_SYNC_UNREACHABLE
 */
export async function openSession(host: Host, options: DotfileOptions): Promise<Session> {
  const own = placeOf(host);
  const timeoutMs = options.timeout * 1000;
  const bare = programEnvironment(host, options);
  const chezmoi = chezmoiFor(host, { env: bare, timeoutMs, retries: options.retries });
  const first = await preflight(host, own, chezmoi, bare, options.repoUrl);
  let { facts } = first;
  const env = identified(bare, facts, host);
  if (first.isFresh) {
    const jj = jjOn(host, { tree: facts.tree, env, timeoutMs });
    const made = await openRepository({ host, env, jj, tree: facts.tree, options });
    // A clone may have brought a `.chezmoiroot`.
    if (made) facts = { ...facts, ...(await readSettings(chezmoi)) };
    keepPreflight(host, own, bare, options.repoUrl, facts);
  }
  const jj = jjOn(host, { tree: facts.tree, env, timeoutMs });
  forgetOutdated(host, keptPlace(host, facts.tree));
  const place = placeFor(host, facts.tree);
  const names = await identityOf(host, place, options, jj);
  const { tree, source, home, versions } = facts;
  return { host, options, place, jj, chezmoi, env, tree, source, home, names, versions };
}

/** jj does not read git's `user.name`, and pushes no commit without a name. */
function identified(env: Host['env'], { hasIdentity }: Preflight, host: Pick<Host, 'user' | 'hostname'>): Host['env'] {
  if (hasIdentity || env.JJ_EMAIL) return env;
  return { ...env, JJ_USER: host.user.name, JJ_EMAIL: `${host.user.name}@${host.hostname}` };
}
