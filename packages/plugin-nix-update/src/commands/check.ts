import { definePluginCommand, type PluginCommand } from '@rota/core';
import { checkUpdateHealth } from '../run-check.ts';
import type { NixUpdateOptions } from '../settings/options-schema.ts';
import { checkOutput } from './output-schemas.ts';
import { requiredOptions } from './required-options.ts';

/** `rota nix check` */
export function checkCommand(options: NixUpdateOptions | undefined): PluginCommand {
  return definePluginCommand({
    name: 'check',
    summary: 'whether an update could begin now, and how the machine is; changes nothing',
    examples: ['rota nix check', 'rota nix check --json'],
    exitCodes: { 0: 'an update could begin', 1: 'a precondition does not hold' },
    output: checkOutput,
    async run({ host, colors }) {
      const health = await checkUpdateHealth({ options: requiredOptions(options), host });
      const text = [
        ...health.preconditions.map(({ name, problem }) =>
          problem === null ? `${colors.green('ok')}  ${name}` : `${colors.red('no')}  ${name}: ${problem}`,
        ),
        ...(health.problems.length === 0 ? ['the system is healthy'] : health.problems.map((problem) => `unwell: ${problem}`)),
      ];
      return { data: health, text, exitCode: health.ready ? 0 : 1 };
    },
  });
}
