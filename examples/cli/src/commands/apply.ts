import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ApplyResult, isRotaError, type Plan, printPlan, RotaError } from '@rota/core';
import { makePlan } from '../open/make-plan.ts';
import { openDeclaration } from '../open/open-declaration.ts';
import { openRota, rotaOf } from '../open/open-rota.ts';
import { printApplied } from '../output/applied.ts';
import { applyJobsFailed } from '../output/apply-jobs-failed.ts';
import { progress } from '../output/progress.ts';
import type { CommandContext } from '../program/command.ts';
import { confirm } from '../program/confirm.ts';

/** `rota apply`: plans, asks on a terminal, and makes it so. With --plan FILE exactly what was planned then. */
export async function run(context: CommandContext): Promise<number> {
  const { options, io } = context;
  const { rota, plan } = await planOf(context);
  if (!context.json) io.out(printPlan(plan, { colors: context.colors, valueWidth: Math.max(40, io.columns - 30) }));
  const todo = plan.changes.filter(({ action }) => action !== 'none');
  if (todo.length > 0) await confirm(context, `Make these changes on ${plan.backend}?`);
  const handedOver = todo.some(({ action, adopts }) => action === 'move' || adopts !== undefined);
  if (handedOver) context.say('Jobs change hands when no fire time of theirs is near; that can take some minutes.');
  const count = progress(io, 'Applying');
  let result: ApplyResult;
  const make = (allowRemovals: boolean): Promise<ApplyResult> =>
    rota.apply(plan, { allowRemovals, onProgress: count.step, signal: io.signal });
  try {
    result = await make(options.allowRemovals ?? false).catch(async (error: unknown) => {
      // Refused before anything was changed. A person may say here what a script says by --allow-removals.
      const mayAsk = !options.yes && !context.json && io.inIsTerminal && io.errIsTerminal;
      if (!mayAsk || !isRotaError(error) || error.code !== 'ROTA_REMOVALS_REFUSED') throw error;
      count.end();
      const answer = await io.ask(`${error.message} Remove them? Type \`remove\`: `);
      if (answer.trim() !== 'remove') throw error;
      return make(true);
    });
  } finally {
    count.end();
  }
  // The plan has said already that there was nothing to do.
  if (context.json || todo.length > 0 || result.recovered !== null || (result.applyJobs ?? []).length > 0)
    printApplied(context, plan.namespace, result);
  return applyJobsFailed(result.applyJobs) ? 1 : 0;
}

async function planOf(context: CommandContext) {
  const { options, args, io } = context;
  if (options.plan === undefined) {
    const declaration = await openDeclaration(context, args);
    const rota = await openRota(context, declaration);
    return { rota, plan: await makePlan(rota, declaration, context) };
  }
  if (args.length > 0) throw new RotaError('ROTA_USAGE', 'A saved plan says what to apply; leave out the files.');
  const plan = readPlan(resolve(io.cwd, options.plan));
  return { rota: await rotaOf(context, plan.namespace), plan };
}

/** @throws ROTA_PLAN_INVALID; a file that cannot be read as it comes from Node */
function readPlan(file: string): Plan {
  const text = readFileSync(file, 'utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new RotaError('ROTA_PLAN_INVALID', `${file} cannot be read as a saved plan.`, {
      place: { file },
      suggestions: ['Write one with `rota plan --out FILE`.'],
      cause,
    });
  }
  if (isPlan(value)) return value;
  throw new RotaError('ROTA_PLAN_INVALID', `${file} is not a saved plan of this version.`, {
    place: { file },
    suggestions: ['`rota plan --json` prints a summary that cannot be applied; `rota plan --out FILE` saves the plan.'],
  });
}

function isPlan(value: unknown): value is Plan {
  if (typeof value !== 'object' || value === null) return false;
  const lists = ['changes', 'entries', 'notForThisHost', 'warnings'];
  const record = new Map(Object.entries(value));
  return (
    record.get('formatVersion') === 1 &&
    typeof record.get('namespace') === 'string' &&
    typeof record.get('base') === 'object' &&
    lists.every((name) => Array.isArray(record.get(name)))
  );
}
