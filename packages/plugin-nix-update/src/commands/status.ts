import { definePluginCommand, type PluginCommand } from '@rota/core';
import type { NixUpdateOptions } from '../settings/options-schema.ts';
import { updateStatus } from '../status/update-status.ts';
import { statusOutput } from './output-schemas.ts';
import { statusText } from './status-text.ts';

/** `rota nix status` */
export function statusCommand(options: NixUpdateOptions | undefined): PluginCommand {
  return definePluginCommand({
    name: 'status',
    summary: 'what runs, how the last update ended, what is bad, and the last lines of the log',
    examples: ['rota nix status', 'rota nix status --json'],
    output: statusOutput,
    withoutConfig: true,
    async run({ host, rota, jobs }) {
      const status = updateStatus({ options, host });
      const declared = jobs.some(({ name }) => name === 'nix-update');
      const installed = (await rota.status()).find(({ name }) => name === 'nix-update');
      const timer =
        installed === undefined ? null : { state: installed.state, nextRun: installed.nextRun, lastRun: installed.lastRun };
      return { data: { ...status, timer }, text: statusText(status, timer, declared) };
    },
  });
}
