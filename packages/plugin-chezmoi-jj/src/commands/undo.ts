import { definePluginCommand, type PluginCommand, RotaError } from '@rota/core';
import type { DotfileOptions } from '../options.ts';
import { latestBackup, undoApply } from '../sync/apply/undo.ts';
import { openSession } from '../sync/session/open-session.ts';
import { undoOutput } from './output-schemas.ts';

/** `rota chezmoi undo` */
export function undoCommand(options: DotfileOptions): PluginCommand {
  return definePluginCommand({
    name: 'undo',
    summary: 'put back the files that the last sync replaced; for the next sync that is an edit of this host',
    examples: ['rota chezmoi undo', 'rota chezmoi undo --yes --json'],
    output: undoOutput,
    confirms: true,
    async run({ host, confirm }) {
      const session = await openSession(host, options);
      const latest = latestBackup(session);
      if (latest === undefined)
        throw new RotaError('ROTA_DOTFILES_PATH', 'No sync has changed a dotfile of this home, so there is nothing to undo.');
      const paths = [...[...latest.changed, ...(latest.links ?? [])].map(({ path }) => path), ...latest.created];
      await confirm(`Put back ${paths.join(', ')} as before ${latest.madeAt}?`);
      const undone = await undoApply(session);
      return {
        data: undone,
        text: [
          ...undone.restored.map((path) => `put back ${path}`),
          ...undone.removed.map((path) => `removed ${path}`),
          ...(undone.kept === null ? [] : [`what stood there is in ${undone.kept}`]),
        ],
      };
    },
  });
}
