import { listNamespaces } from '@rota/core';
import { openNamespace } from '../open/open-rota.ts';
import { printApplied } from '../output/applied.ts';
import { progress } from '../output/progress.ts';
import type { CommandContext } from '../program/command.ts';
import { confirm } from '../program/confirm.ts';

/** `rota destroy`: removes everything that the namespace installed, and nothing else. */
export async function run(context: CommandContext): Promise<number> {
  const rota = await openNamespace(context);
  await confirm(context, `Remove everything that namespace ${rota.namespace} installed?`);
  const count = progress(context.io, 'Removing');
  const result = await rota.destroy({ onProgress: count.step, signal: context.io.signal }).finally(count.end);
  printApplied(context, rota.namespace, result);
  const there = listNamespaces(context.host());
  // Gone already is well; but a mistyped name would leave everything, and say the same.
  if (!context.json && there.length > 0 && !there.includes(rota.namespace))
    context.say(`Nothing was ever installed in it. Namespaces here: ${there.join(', ')}.`);
  return 0;
}
