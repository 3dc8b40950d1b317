import { definePluginCommand, type PluginCommand } from '@rota/core';
import type { NixUpdateOptions } from '../settings/options-schema.ts';
import { updateStatus } from '../status/update-status.ts';
import { rebootNeededOutput } from './output-schemas.ts';

/** `rota nix reboot-needed` */
export function rebootNeededCommand(options: NixUpdateOptions | undefined): PluginCommand {
  return definePluginCommand({
    name: 'reboot-needed',
    summary: 'whether what boots differs from what was booted in something that only a boot changes',
    examples: ['rota nix reboot-needed', 'rota nix reboot-needed --json'],
    exitCodes: { 0: 'not needed', 2: 'needed', 3: 'cannot be told' },
    output: rebootNeededOutput,
    withoutConfig: true,
    run({ host }) {
      const { reboot } = updateStatus({ options, host });
      const needed = reboot.marker !== null && reboot.verified ? true : reboot.needed;
      const reasons = [...new Set([...reboot.reasons, ...(reboot.marker?.reasons ?? [])])];
      const word = needed === null ? 'cannot be told' : needed ? 'needed' : 'not needed';
      return {
        data: { needed, reasons, state: reboot.marker?.state ?? null },
        text: reasons.length === 0 ? word : `${word}: ${reasons.join(', ')}`,
        exitCode: needed === null ? 3 : needed ? 2 : 0,
      };
    },
  });
}
