import { definePluginCommand, type PluginCommand, RotaError } from '@rota/core';
import { fetchFleet } from '../fleet/fleet-repository.ts';
import { openContext } from '../open-context.ts';
import type { NixUpdateOptions } from '../settings/options-schema.ts';
import { readSettings } from '../settings/read-settings.ts';
import { fleetOutput } from './output-schemas.ts';
import { requiredOptions } from './required-options.ts';

/** `rota nix fleet` */
export function fleetCommand(options: NixUpdateOptions | undefined): PluginCommand {
  return definePluginCommand({
    name: 'fleet',
    summary: 'what every host has published of its updates',
    examples: ['rota nix fleet', 'rota nix fleet --json'],
    output: fleetOutput,
    async run({ host, table }) {
      const settings = readSettings(requiredOptions(options));
      if (settings.fleet === undefined)
        throw new RotaError('ROTA_USAGE', 'The config names no fleet.', {
          suggestions: ["Add `fleet: { repository: 'ADDRESS' }` to the options of nixUpdate."],
        });
      const { hosts } = await fetchFleet(openContext(settings, 'manual', host).context, settings.fleet);
      const rows = hosts.map(({ host: name, ring, status, at, lockDigest, rebootNeeded, bad }) => [
        name,
        ring ?? '',
        status,
        at,
        lockDigest?.slice(0, 12) ?? '',
        rebootNeeded === null ? 'unknown' : rebootNeeded ? 'yes' : 'no',
        String(bad.length),
      ]);
      const text =
        hosts.length === 0
          ? 'no host has published yet'
          : table([['HOST', 'RING', 'STATUS', 'AT', 'LOCK', 'REBOOT', 'BAD'], ...rows]);
      return { data: { hosts }, text };
    },
  });
}
