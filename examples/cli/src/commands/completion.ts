import { nearest, RotaError } from '@rota/core';
import { completionScripts } from '../completion/scripts.ts';
import type { CommandContext } from '../program/command.ts';

/** `rota completion SHELL`: the script, as data. */
export async function run(context: CommandContext): Promise<number> {
  const [shell = ''] = context.args;
  const script = Object.entries(completionScripts).find(([name]) => name === shell)?.[1];
  if (script === undefined) {
    const shells = Object.keys(completionScripts);
    const near = nearest(shell, shells);
    throw new RotaError('ROTA_USAGE', `There is no completion for \`${shell}\`; there is one for ${shells.join(', ')}.`, {
      suggestions: near === undefined ? [] : [near],
    });
  }
  if (context.json) context.printJson({ formatVersion: 1, shell, script });
  else context.io.out(script);
  return 0;
}
