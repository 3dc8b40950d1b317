import { compareGenerations, printChanges, RotaError } from '@rota/core';
import { openNamespace } from '../open/open-rota.ts';
import { changeJson } from '../output/change-json.ts';
import { table } from '../output/table.ts';
import type { CommandContext } from '../program/command.ts';

type Kept = Awaited<ReturnType<Awaited<ReturnType<typeof openNamespace>>['generations']>>[number];

/** `rota generations`: oldest first; with one or two numbers what differs between them. */
export async function run(context: CommandContext): Promise<number> {
  const rota = await openNamespace(context, 'as-applied');
  const generations = await rota.generations();
  if (context.args.length > 0) return compare(context, rota.namespace, generations);
  const rows = generations.map(rowOf);
  if (context.json) context.printJson({ formatVersion: 1, namespace: rota.namespace, generations: rows });
  else if (rows.length === 0) context.say(`Nothing was applied yet in namespace ${rota.namespace}.`);
  else {
    const lines = rows.map((row) => [
      String(row.number),
      row.createdAt,
      row.restored === undefined ? row.cause : `${row.cause} to ${row.restored}`,
      row.backend,
      `${row.jobs.length} job${row.jobs.length === 1 ? '' : 's'}`,
      row.source,
    ]);
    for (const line of table([['NUMBER', 'CREATED', 'CAUSE', 'BACKEND', 'JOBS', 'SOURCE'], ...lines], context.io.columns))
      context.print(line);
  }
  return 0;
}

/** From the first to the second, or to what is installed now. */
function compare({ args, json, colors, io, ...context }: CommandContext, namespace: string, kept: readonly Kept[]): number {
  const find = (text: string | undefined): Kept => {
    const found = text === undefined ? kept.at(-1) : kept.find(({ number }) => String(number) === text);
    if (found !== undefined) return found;
    throw new RotaError('ROTA_GENERATION_UNKNOWN', `There is no generation \`${text ?? ''}\` in namespace ${namespace}.`, {
      suggestions: [`Kept generations: ${kept.map(({ number }) => number).join(', ') || 'none'}.`],
    });
  };
  const [from, to] = [find(args[0]), find(args[1])];
  const changes = compareGenerations(from, to).filter(({ action }) => action !== 'none');
  if (json) {
    context.printJson({ formatVersion: 1, namespace, generations: [from, to].map(rowOf), changes: changes.map(changeJson) });
    return 0;
  }
  const jobs = to.entries.map(({ job }) => job);
  io.out(printChanges(changes, jobs, { colors, valueWidth: Math.max(40, io.columns - 30) }));
  const count =
    changes.length === 0 ? 'Nothing differs' : changes.length === 1 ? '1 job differs' : `${changes.length} jobs differ`;
  context.say(`${count} between the generations ${from.number} and ${to.number} of namespace ${namespace}.`);
  return 0;
}

function rowOf({ number, createdAt, cause, restored, source, backend, entries }: Kept) {
  return {
    number,
    createdAt,
    cause,
    ...(restored === undefined ? {} : { restored }),
    backend,
    source,
    jobs: entries.map(({ tenant, name }) => ({ tenant, name })),
  };
}
