import { join } from 'node:path';
import { RotaError } from '@rota/core';
import { isEncrypted } from '../chezmoi/is-encrypted.ts';
import { exactPath } from '../jj/fileset.ts';
import { findSecret } from '../secrets/find-secret.ts';
import type { Conflict } from '../status/sync-status.ts';
import { holdsMarkers } from '../sync/merge/conflict-markers.ts';
import type { Session } from '../sync/session/session.ts';

/**
 * Puts a text that a person has made into a merge, without checking the merge out: jj takes it from a merge tool that only copies.
 *
 * @throws ROTA_DOTFILES_PATH when markers are left in the text, a secret is in it, or the file has no two texts to choose from
 */
export async function replaceInMerge(
  { jj, host, place, options }: Session,
  merge: string,
  conflict: Conflict,
  text: string,
): Promise<void> {
  refuseEncrypted(conflict);
  if (holdsMarkers(text))
    throw new RotaError('ROTA_DOTFILES_PATH', `There are conflict markers left in ${conflict.path}; nothing was changed.`);
  refuseSecret(conflict.path, text, options);
  const [source, other] = conflict.sources;
  if (source === undefined || other !== undefined) throw notATextConflict(conflict.path);
  const edited = join(place.resolve, 'edited');
  host.files.write(edited, text);
  const tool = [`merge-tools.rota.program="cp"`, `merge-tools.rota.merge-args=[${JSON.stringify(edited)}, "$output"]`];
  const result = await jj.run(['resolve', '-r', merge, '--tool', 'rota', '--', exactPath(source)], { config: tool });
  host.files.remove(edited);
  if (result.exitCode !== 0) throw notATextConflict(conflict.path);
}

/** Where it is committed it stays in the history. @throws ROTA_DOTFILES_PATH */
function refuseSecret(path: string, text: string, { allowSecrets }: Session['options']): void {
  const secret = allowSecrets.includes(path) ? undefined : findSecret(text);
  if (secret === undefined) return;
  throw new RotaError(
    'ROTA_DOTFILES_PATH',
    `Line ${secret.line} of the text for ${path} looks like a secret (${secret.kind}); nothing was changed.`,
    {
      suggestions: ['Leave it out, end the line with `# gitleaks:allow`, or name the file in `allowSecrets`.'],
    },
  );
}

/** The repository has only what was encrypted, and what a person writes would be in it as it is. @throws ROTA_DOTFILES_PATH */
export function refuseEncrypted({ path, sources }: Pick<Conflict, 'path' | 'sources'>): void {
  if (sources.some(isEncrypted)) throw withoutTexts(path, 'is encrypted');
}

function notATextConflict(path: string): RotaError {
  return withoutTexts(path, 'was deleted or changed its attributes on one side');
}

function withoutTexts(path: string, why: string): RotaError {
  return new RotaError('ROTA_DOTFILES_PATH', `${path} ${why}; there are no two texts to edit.`, {
    suggestions: [`rota chezmoi resolve ${path} --take local`, `rota chezmoi resolve ${path} --take remote`],
  });
}
