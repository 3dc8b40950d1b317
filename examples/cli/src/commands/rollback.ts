import { RotaError } from '@rota/core';
import { openNamespace } from '../open/open-rota.ts';
import { printApplied } from '../output/applied.ts';
import { progress } from '../output/progress.ts';
import type { CommandContext } from '../program/command.ts';
import { confirm } from '../program/confirm.ts';

/** `rota rollback [GENERATION]`. */
export async function run(context: CommandContext): Promise<number> {
  const { args, options, io } = context;
  const [text] = args;
  if (text !== undefined && !/^[1-9]\d*$/.test(text)) {
    throw new RotaError('ROTA_USAGE', `\`${text}\` is not the number of a generation.`, {
      suggestions: ['`rota generations` lists them.'],
    });
  }
  const rota = await openNamespace(context, 'as-applied');
  await confirm(
    context,
    `Install ${text === undefined ? 'the generation before' : `generation ${text}`} of namespace ${rota.namespace} again?`,
  );
  const count = progress(io, 'Rolling back');
  const result = await rota
    .rollback(text === undefined ? undefined : Number(text), {
      allowRemovals: options.allowRemovals ?? false,
      onProgress: count.step,
      signal: io.signal,
    })
    .finally(count.end);
  printApplied(context, rota.namespace, result);
  return 0;
}
