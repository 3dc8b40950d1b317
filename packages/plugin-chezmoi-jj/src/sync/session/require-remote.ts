import { type Host, isRotaError } from '@rota/core';
import { chezmoiFor } from '../../chezmoi/chezmoi.ts';
import type { DotfileOptions } from '../../options.ts';
import { noRemote, originOf } from './open-repository.ts';
import { readSettings } from './preflight.ts';
import { programEnvironment } from './program-environment.ts';

/**
 * Refuses a job whose first sync could only fail: no `repoUrl`, and a chezmoi folder without an `origin`. Where chezmoi or git is not installed yet that
 * cannot be known, and of the homes of other users it is not asked.
 *
 * @throws ROTA_DOTFILES_CONFIG
 */
export async function requireRemote(host: Host, options: DotfileOptions): Promise<void> {
  if (options.repoUrl !== undefined || options.users !== undefined) return;
  const env = programEnvironment(host, options);
  try {
    const chezmoi = chezmoiFor(host, { env, timeoutMs: options.timeout * 1000, retries: options.retries });
    const { tree } = await readSettings(chezmoi);
    if ((await originOf({ host, env, tree })) === '') throw noRemote(tree);
  } catch (error) {
    if (!isRotaError(error) || error.code !== 'ROTA_COMMAND_MISSING') throw error;
  }
}
