import { nearest, RotaError } from '@rota/core';
import type { CommandContext } from '../program/command.ts';

const topics = {
  schedule: () => import('../explain/explain-schedule.ts').then((module) => module.explainSchedule),
  job: () => import('../explain/explain-job.ts').then((module) => module.explainJob),
  field: () => import('../explain/explain-field.ts').then((module) => module.explainField),
} as const;

/** `rota explain schedule EXPR | job NAME | field PATH`; one word alone is a field: `rota explain retry`. */
export async function run(context: CommandContext): Promise<number> {
  const [what = '', subject] = context.args;
  const names = Object.keys(topics);
  if (subject === undefined) {
    if (!names.includes(what)) return await (await topics.field())(context, what);
    throw new RotaError('ROTA_USAGE', `\`rota explain ${what}\` needs what is to be explained.`, {
      suggestions: ['rota help explain'],
    });
  }
  const load = Object.entries(topics).find(([name]) => name === what)?.[1];
  if (load === undefined) {
    const near = nearest(what, names);
    throw new RotaError('ROTA_USAGE', `Expected explain ${names.join(' | explain ')}, but got \`${what}\`.`, {
      suggestions: near === undefined ? [] : [near],
    });
  }
  const explain = await load();
  return await explain(context, subject);
}
