import { placeOf } from '../commands/bundle.ts';
import { byteText } from '../output/byte-text.ts';
import { table } from '../output/table.ts';
import type { CommandContext } from '../program/command.ts';

/** `rota bundle list [JOB]`: oldest first. */
export async function run(context: CommandContext): Promise<number> {
  const { store, spec } = await placeOf(context);
  const bundles = (await store.list()).filter(
    (one) => spec === undefined || (one.tenant === spec.tenant && one.name === spec.name),
  );
  if (context.json) context.printJson({ formatVersion: 1, action: 'list', place: store.place, bundles });
  else if (bundles.length === 0) context.say(`There are no bundles in ${store.place}.`);
  else {
    const rows = bundles.map((one) => [
      one.id,
      `${one.tenant}/${one.name}`,
      one.createdAt,
      one.outcome,
      one.verified === null ? '-' : `level ${one.verified.level} at ${one.verified.at}`,
      byteText(one.size),
    ]);
    for (const line of table([['ID', 'JOB', 'CREATED', 'OUTCOME', 'VERIFIED', 'SIZE'], ...rows], context.io.columns))
      context.print(line);
  }
  return 0;
}
