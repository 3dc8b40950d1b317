import { definePluginCommand, type PluginCommand } from '@rota/core';
import type { UpdateStatus } from '../report.ts';
import { rollback } from '../run-rollback.ts';
import type { NixUpdateOptions } from '../settings/options-schema.ts';
import { reportOutput } from './output-schemas.ts';
import { reportText } from './report-text.ts';

const exitCodes: Readonly<Partial<Record<UpdateStatus, number>>> = { 'rolled-back': 0, deferred: 1 };

/** `rota nix rollback` */
export function rollbackCommand(options: NixUpdateOptions | undefined): PluginCommand {
  return definePluginCommand({
    name: 'rollback',
    summary: 'go back to the system before the last update, and do not take this one again',
    options: { to: { kind: 'text', value: 'generation', summary: 'a number of a generation, or a store path' } },
    examples: ['rota nix rollback', 'rota nix rollback --to 41 --yes'],
    exitCodes: {
      1: 'an error, or put off: another switch of the machine is under way',
      2: 'the rollback failed: look at the machine',
    },
    output: reportOutput,
    withoutConfig: true,
    confirms: true,
    async run({ host, options: { to }, confirm }) {
      await confirm(to === undefined ? 'Go back to the system before the last update?' : `Go back to ${to}?`);
      const report = await rollback({ options, host, to });
      return { data: report, text: reportText(report), exitCode: exitCodes[report.status] ?? 2 };
    },
  });
}
