import type { InventoryHost, PluginCommandGroup } from '@rota/core';
import type { DotfileOptions } from '../options.ts';
import { conflictsCommand } from './conflicts.ts';
import { fleetCommand } from './fleet.ts';
import { resolveCommand } from './resolve.ts';
import { statusCommand } from './status.ts';
import { syncCommand } from './sync.ts';
import { undoCommand } from './undo.ts';

/** The commands below `rota chezmoi`. */
export function chezmoiCommands(options: DotfileOptions, inventory: readonly InventoryHost[]): PluginCommandGroup {
  return {
    name: 'chezmoi',
    summary: 'keep dotfiles in step across hosts',
    commands: [
      syncCommand(options),
      statusCommand(options),
      conflictsCommand(options),
      resolveCommand(options),
      undoCommand(options),
      fleetCommand(options, inventory),
    ],
  };
}
