import { openRegistry } from '../commands/targets.ts';
import { table } from '../output/table.ts';
import type { CommandContext } from '../program/command.ts';

/** `rota targets list` */
export async function run(context: CommandContext): Promise<number> {
  const { declaration } = await openRegistry(context);
  const { targets } = declaration;
  if (context.json) {
    const listed = targets.map(({ name, description, attrs, dependsOn, deployment, labels }) => ({
      name,
      description: description ?? null,
      systems: Object.keys(attrs),
      dependsOn,
      mode: deployment?.mode ?? null,
      host: deployment?.host ?? null,
      labels,
    }));
    context.printJson({ formatVersion: 1, action: 'list', targets: listed });
    return 0;
  }
  const rows = targets.map(({ name, attrs, deployment, description }) => [
    name,
    Object.keys(attrs).join(' '),
    deployment === undefined ? '-' : `${deployment.mode}${deployment.host === undefined ? '' : ` on ${deployment.host}`}`,
    description ?? '',
  ]);
  for (const line of table([['TARGET', 'SYSTEMS', 'DEPLOYED BY', ''], ...rows], context.io.columns)) context.print(line);
  return 0;
}
