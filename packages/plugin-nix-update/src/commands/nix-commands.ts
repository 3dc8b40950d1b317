import type { InventoryHost, PluginCommandGroup } from '@rota/core';
import type { NixUpdateOptions } from '../settings/options-schema.ts';
import { checkCommand } from './check.ts';
import { fleetCommand } from './fleet.ts';
import { historyCommand } from './history.ts';
import { rebootCommand } from './reboot.ts';
import { rebootNeededCommand } from './reboot-needed.ts';
import { rollbackCommand } from './rollback.ts';
import { statusCommand } from './status.ts';
import { updateCommand } from './update.ts';
import { verifyCommand } from './verify.ts';

/** The commands below `rota nix`. Without options those that say so use what the last update was called with. */
export function nixCommands(options: NixUpdateOptions | undefined, inventory: readonly InventoryHost[] = []): PluginCommandGroup {
  return {
    name: 'nix',
    summary: 'keep a Nix machine up to date',
    commands: [
      updateCommand(options),
      statusCommand(options),
      historyCommand(options),
      checkCommand(options),
      rollbackCommand(options),
      rebootNeededCommand(options),
      rebootCommand(options),
      verifyCommand(options),
      fleetCommand(options, inventory),
    ],
  };
}
