import { definePluginCommand, type PluginCommand, RotaError } from '@rota/core';
import { rebootForUpdate } from '../run-reboot.ts';
import type { NixUpdateOptions } from '../settings/options-schema.ts';
import { rebootOutput } from './output-schemas.ts';

/** `rota nix reboot` */
export function rebootCommand(options: NixUpdateOptions | undefined): PluginCommand {
  return definePluginCommand({
    name: 'reboot',
    summary: 'announce the reboot that an update waits for, if its window is open; or take it back',
    options: {
      now: { kind: 'flag', summary: 'whatever the window' },
      cancel: { kind: 'flag', summary: 'take an announced reboot back' },
    },
    examples: ['rota nix reboot', 'rota nix reboot --cancel', 'rota nix reboot --now --yes'],
    output: rebootOutput,
    withoutConfig: true,
    confirms: true,
    async run({ host, options: { now, cancel }, confirm }) {
      if (now && cancel) throw new RotaError('ROTA_USAGE', '--now and --cancel exclude each other.');
      if (now) await confirm('Reboot this machine now?');
      const answer = await rebootForUpdate({ options, host, mode: cancel ? 'cancel' : now ? 'now' : 'when-due' });
      return { data: answer, text: `${answer.outcome}: ${answer.reason}`, exitCode: answer.outcome === 'failed' ? 1 : 0 };
    },
  });
}
