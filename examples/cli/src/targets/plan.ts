import { checkHints, githubMatrix, planTargets, type TargetPlan } from '@rota/core';
import { openRegistry } from '../commands/targets.ts';
import { reasonText } from '../output/reason-text.ts';
import type { CommandContext } from '../program/command.ts';

/** How many jobs GitHub Actions takes in one matrix. Source: "Usage limits" of its documentation. */
const largestMatrix = 256;

/** `rota targets plan [NAMES]`: reads, and changes nothing. */
export async function run(context: CommandContext): Promise<number> {
  const { input } = await openRegistry(context);
  const planned = await planTargets(input);
  const plan = context.options.checkHints ? await checkHints({ ...input, signal: context.io.signal }, planned) : planned;
  if (context.options.format === 'github-matrix') {
    const matrix = githubMatrix(plan);
    if (matrix.include.length > largestMatrix)
      context.say(`GitHub takes at most ${largestMatrix} jobs in a matrix; these are ${matrix.include.length}.`);
    context.io.out(`${JSON.stringify(matrix)}\n`);
  } else if (context.json) context.printJson({ ...plan, action: 'plan' });
  else printPlan(context, plan);
  return 0;
}

function printPlan(context: CommandContext, { base, head, targets, warnings }: TargetPlan): void {
  const { colors } = context;
  const todo = targets.filter(({ rebuild, deploy, attr }) => rebuild || deploy || attr === null);
  for (const { name, system, rebuild, deploy, reasons, moreReasons } of todo) {
    const what = [...(rebuild ? ['build'] : []), ...(deploy ? ['deploy'] : [])].join(', ') || 'nothing';
    context.print(`  ${colors.yellow('~')} ${name}  ${system}  ${what}`);
    for (const reason of reasons.slice(0, 3)) context.print(`      ${reasonText(reason)}`);
    const more = Math.max(0, reasons.length - 3) + moreReasons;
    if (more > 0) context.print(`      and ${more} more reasons (--json lists them)`);
  }
  for (const warning of warnings) context.say(`warning: ${warning}`);
  const rest = targets.length - todo.length;
  const compared = base === null ? '' : `, since ${base.slice(0, 12)}`;
  context.print(`${todo.length} to do, ${rest} as they are, at ${head.slice(0, 12)}${compared}.`);
}
