import { createHost, type Host, RotaError } from '@rota/core';
import { updateLayout } from '../machine/layout.ts';
import { readKeptSettings } from '../record/kept-settings.ts';
import type { NixUpdateOptions, Settings } from './options-schema.ts';
import { readSettings } from './read-settings.ts';

/** The options that are given, else those of the last update. @throws ROTA_PLUGIN_INVALID, ROTA_CONFIG_NOT_FOUND when there are neither */
export function usableSettings({
  options,
  host = createHost(),
}: {
  readonly options?: NixUpdateOptions | undefined;
  readonly host?: Host;
}): Settings {
  if (options !== undefined) return readSettings(options);
  const kept = readKeptSettings(host.files, updateLayout(host.stateDir).settings);
  if (kept !== null) return kept;
  throw new RotaError(
    'ROTA_CONFIG_NOT_FOUND',
    'No config that can be loaded here has the plugin nix-update, and no update has run that would tell what is updated.',
    {
      suggestions: ['Name the config that has it, behind the command: --config FILE'],
    },
  );
}
