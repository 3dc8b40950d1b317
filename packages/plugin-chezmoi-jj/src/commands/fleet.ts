import { definePluginCommand, type InventoryHost, type PluginCommand } from '@rota/core';
import { type FleetHost, readFleet } from '../fleet/read-fleet.ts';
import type { DotfileOptions } from '../options.ts';
import { fetchRemote } from '../sync/remote/fetch.ts';
import { isTipOf } from '../sync/session/identity.ts';
import { openSession } from '../sync/session/open-session.ts';
import { fleetOutput } from './output-schemas.ts';

/** `rota chezmoi fleet`; `inventory` are the hosts of the config, of which some may never have published. */
export function fleetCommand(options: DotfileOptions, inventory: readonly InventoryHost[]): PluginCommand {
  return definePluginCommand({
    name: 'fleet',
    summary: 'which host is behind or disagrees, on what and since when',
    options: { offline: { kind: 'flag', summary: 'as of the last fetch; do not ask the remote' } },
    examples: ['rota chezmoi fleet', 'rota chezmoi fleet --json'],
    output: fleetOutput,
    async run({ host, options: { offline }, say, table }) {
      const session = await openSession(host, options);
      const fetched = offline ? undefined : await fetchRemote(session);
      if (fetched?.kind === 'offline')
        say(`warning: the remote was not reached (${fetched.message}); this is as of the last fetch`);
      const hosts = await readFleet(session);
      const silent = inventory.map(({ name }) => name).filter((name) => !hosts.some((one) => isTipOf(one.host, name)));
      const text = [
        hosts.length === 0
          ? 'No host has published yet.'
          : table(hosts.map((one) => [one.isThisHost ? '*' : ' ', one.host, stateOf(one), one.changedAt])),
        ...(silent.length === 0 ? [] : [`In the inventory, and has never published: ${silent.join(', ')}`]),
      ].join('\n');
      return { data: { hosts, silent }, text };
    },
  });
}

function stateOf({ behind, behindSince, ahead, disagreesOn, disagreesSince }: FleetHost): string {
  if (disagreesOn.length > 0) return `disagrees on ${disagreesOn.join(', ')} since ${disagreesSince}`;
  if (ahead > 0) return `${ahead} ahead since ${disagreesSince}`;
  return behind === 0 ? 'in step' : `${behind} behind since ${behindSince}`;
}
