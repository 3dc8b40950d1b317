import { definePluginCommand, type InventoryHost, type PluginCommand, RotaError } from '@rota/core';
import { fetchFleet } from '../fleet/fleet-repository.ts';
import { openContext } from '../open-context.ts';
import type { NixUpdateOptions } from '../settings/options-schema.ts';
import { readSettings } from '../settings/read-settings.ts';
import { fleetOutput } from './output-schemas.ts';
import { requiredOptions } from './required-options.ts';

/** `rota nix fleet`; `inventory` are the hosts of the config, of which some may never have published. */
export function fleetCommand(options: NixUpdateOptions | undefined, inventory: readonly InventoryHost[]): PluginCommand {
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
      const silent = inventory.map(({ name }) => name).filter((name) => !hosts.some(({ host: other }) => other === name));
      const text = [
        hosts.length === 0
          ? 'no host has published yet'
          : table([['HOST', 'RING', 'STATUS', 'AT', 'LOCK', 'REBOOT', 'BAD'], ...rows]),
        ...(silent.length === 0 ? [] : [`in the inventory, and has never published: ${silent.join(', ')}`]),
      ].join('\n');
      return { data: { hosts, silent }, text };
    },
  });
}
