import { deployTargets } from '@rota/core';
import { openRegistry } from '../commands/targets.ts';
import type { CommandContext } from '../program/command.ts';
import { confirm } from '../program/confirm.ts';

/** `rota targets deploy [NAMES]` */
export async function run(context: CommandContext): Promise<number> {
  const { declaration, input } = await openRegistry(context);
  const dryRun = context.options.dryRun === true;
  const deployers = Object.assign({}, ...declaration.plugins.map((plugin) => plugin.deployers));
  const all = { ...input, deployers, signal: context.io.signal };
  if (!dryRun && !context.json && context.io.inIsTerminal) {
    const { targets } = await deployTargets({ ...all, dryRun: true });
    const wanted = targets.filter(({ status }) => status === 'planned');
    if (wanted.length > 0) await confirm(context, `Deploy ${wanted.map(({ name, host }) => `${name} to ${host}`).join(', ')}?`);
  }
  const result = await deployTargets({ ...all, dryRun });
  const failed = result.targets.some(({ status }) => status === 'failed' || status === 'needs-build');
  if (context.json) {
    context.printJson({ ...result, action: 'deploy' });
    return failed ? 1 : 0;
  }
  for (const { name, host, status, artifact, steps, failure } of result.targets) {
    context.print(`${status}  ${name} on ${host}  ${artifact ?? '-'}`);
    if (dryRun)
      for (const { description, command } of steps)
        context.print(`    ${description}${command === undefined ? '' : `: ${command.join(' ')}`}`);
    if (failure !== null) context.say(`  ${failure}`);
    if (status === 'needs-build')
      context.say(`  What is built is not what is declared. Build it first: rota targets build ${name}`);
  }
  if (result.targets.length === 0) context.say('No target here is deployed.');
  return failed ? 1 : 0;
}
