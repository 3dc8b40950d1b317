import { pruneBundles } from '@rota/core';
import { placeOfJob } from '../commands/bundle.ts';
import type { CommandContext } from '../program/command.ts';
import { confirm } from '../program/confirm.ts';

/** `rota bundle prune JOB`: by the retention that the job declares. */
export async function run(context: CommandContext): Promise<number> {
  const { namespace, spec, store } = await placeOfJob(context);
  const input = { host: context.host(), namespace, store, of: spec, retention: spec.retention };
  const dryRun = context.options.dryRun === true;
  let decisions = await pruneBundles({ ...input, dryRun: true });
  const leaving = decisions.filter(({ keep }) => !keep);
  if (!dryRun && leaving.length > 0) {
    await confirm(context, `Remove ${leaving.length} of ${decisions.length} bundles of ${spec.tenant}/${spec.name}?`);
    decisions = await pruneBundles(input);
  }
  if (context.json) context.printJson({ formatVersion: 1, action: 'prune', dryRun, decisions });
  else
    for (const { bundle, keep, reason } of decisions)
      context.print(`${keep ? 'keep  ' : dryRun ? 'would remove' : 'removed'} ${bundle.id}  ${bundle.createdAt}  ${reason}`);
  return 0;
}
