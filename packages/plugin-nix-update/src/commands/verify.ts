import { definePluginCommand, type PluginCommand } from '@rota/core';
import { verifyUpdate } from '../run-verification.ts';
import type { NixUpdateOptions } from '../settings/options-schema.ts';
import { reportsOutput } from './output-schemas.ts';
import { reportText } from './report-text.ts';
import { exitCodeOf } from './update.ts';

/** `rota nix verify` */
export function verifyCommand(options: NixUpdateOptions | undefined): PluginCommand {
  return definePluginCommand({
    name: 'verify',
    summary: 'end what is open: a run that was cut off, and the look after a boot that an update waited for',
    examples: ['rota nix verify', 'rota nix verify --json'],
    exitCodes: {
      1: 'what had booted was not well, or a run that was cut off was undone: the report says what was taken back, and what stays',
      2: 'a rollback failed: look at the machine',
    },
    output: reportsOutput,
    withoutConfig: true,
    async run({ host, rota }) {
      const reports = await verifyUpdate({ options, host });
      await rota.told();
      return {
        data: { reports },
        text: reports.length === 0 ? 'nothing is open' : reports.flatMap(reportText),
        exitCode: exitCodeOf(reports),
      };
    },
  });
}
