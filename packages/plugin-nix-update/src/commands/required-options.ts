import { RotaError } from '@rota/core';
import type { NixUpdateOptions } from '../settings/options-schema.ts';

/** The options of the config. @throws ROTA_CONFIG_NOT_FOUND for a command that was reached without one */
export function requiredOptions(options: NixUpdateOptions | undefined): NixUpdateOptions {
  if (options !== undefined) return options;
  throw new RotaError('ROTA_CONFIG_NOT_FOUND', 'This command needs the config that declares the plugin.', {
    suggestions: ['rota nix rollback, status, history and verify work without one.'],
  });
}
