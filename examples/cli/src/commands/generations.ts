import { openNamespace } from '../open/open-rota.ts';
import { table } from '../output/table.ts';
import type { CommandContext } from '../program/command.ts';

/** `rota generations`: oldest first. */
export async function run(context: CommandContext): Promise<number> {
  const rota = await openNamespace(context);
  const generations = await rota.generations();
  const rows = generations.map(({ number, createdAt, cause, restored, source, backend, entries }) => ({
    number,
    createdAt,
    cause,
    ...(restored === undefined ? {} : { restored }),
    backend,
    source,
    jobs: entries.map(({ tenant, name }) => ({ tenant, name })),
  }));
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
