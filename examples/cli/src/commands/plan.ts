import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { hasChanges, printPlan } from '@rota/core';
import { makePlan } from '../open/make-plan.ts';
import { openDeclaration } from '../open/open-declaration.ts';
import { openRota } from '../open/open-rota.ts';
import { planJson } from '../output/plan-json.ts';
import type { CommandContext } from '../program/command.ts';

/** `rota plan`: exits 0, or with --detailed-exitcode 2 when there are changes. */
export async function run(context: CommandContext): Promise<number> {
  const { options, io } = context;
  const declaration = await openDeclaration(context, context.args);
  const rota = await openRota(context, declaration);
  const plan = await makePlan(rota, declaration, context);
  if (options.out !== undefined) {
    writeFileSync(resolve(io.cwd, options.out), `${JSON.stringify(plan, null, 2)}\n`, { mode: 0o600 });
    context.say(`Saved to ${options.out}; \`rota apply --plan ${options.out}\` applies exactly this.`);
  }
  if (context.json) context.printJson(planJson(plan));
  else io.out(printPlan(plan, { colors: context.colors, valueWidth: Math.max(40, io.columns - 30) }));
  return options.detailedExitcode === true && hasChanges(plan) ? 2 : 0;
}
