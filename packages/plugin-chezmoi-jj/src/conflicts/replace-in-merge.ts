import { join } from 'node:path';
import { RotaError } from '@rota/core';
import { exactPath } from '../jj/fileset.ts';
import type { Conflict } from '../status/sync-status.ts';
import { holdsMarkers } from '../sync/merge/conflict-markers.ts';
import type { Session } from '../sync/session/session.ts';

/**
 * Puts a text that a person has made into a merge, without checking the merge out: jj takes it from a merge tool that only copies.
 *
 * @throws ROTA_DOTFILES_PATH when markers are left in the text, or the file has no two texts to choose from
 */
export async function replaceInMerge(
  { jj, host, place }: Session,
  merge: string,
  conflict: Conflict,
  text: string,
): Promise<void> {
  if (holdsMarkers(text))
    throw new RotaError('ROTA_DOTFILES_PATH', `There are conflict markers left in ${conflict.path}; nothing was changed.`);
  const [source, other] = conflict.sources;
  if (source === undefined || other !== undefined) throw notATextConflict(conflict.path);
  const edited = join(place.resolve, 'edited');
  host.files.write(edited, text);
  const tool = [`merge-tools.rota.program="cp"`, `merge-tools.rota.merge-args=[${JSON.stringify(edited)}, "$output"]`];
  const result = await jj.run(['resolve', '-r', merge, '--tool', 'rota', '--', exactPath(source)], { config: tool });
  host.files.remove(edited);
  if (result.exitCode !== 0) throw notATextConflict(conflict.path);
}

function notATextConflict(path: string): RotaError {
  return new RotaError(
    'ROTA_DOTFILES_PATH',
    `${path} was deleted or changed its attributes on one side; there are no two texts to edit.`,
    {
      suggestions: [`rota chezmoi resolve ${path} --take local`, `rota chezmoi resolve ${path} --take remote`],
    },
  );
}
