import { type Declaration, narrowPlan, type Plan, type Rota } from '@rota/core';
import { progress } from '../output/progress.ts';
import type { CommandContext } from '../program/command.ts';

/** The plan that the command line asks for; with labels, only that part of it. */
export async function makePlan(rota: Rota, declaration: Declaration, { options, io }: CommandContext): Promise<Plan> {
  const line = progress(io, `Planning ${declaration.jobs.length} jobs`);
  const planned = rota.plan(declaration, {
    ...(options.backend === undefined ? {} : { backend: options.backend }),
    repair: options.repair ?? false,
    takeOver: options.takeOver ?? false,
    adopt: options.adopt ?? false,
  });
  const plan = await planned.finally(line.end);
  if (options.label === undefined) return plan;
  const base = (await rota.generations()).find(({ number }) => number === plan.base.generation);
  return narrowPlan(plan, options.label, base?.entries ?? []);
}
