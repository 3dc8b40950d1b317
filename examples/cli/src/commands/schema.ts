import { nearest, RotaError } from '@rota/core';
import type { CommandContext } from '../command.ts';
import { readSchema, schemaNames } from '../json-schemas.ts';

/** `rota schema [NAME]`: a JSON Schema, or the names that there are. Both are data, with and without --json. */
export async function run(context: CommandContext): Promise<number> {
  const [name] = context.args;
  const names = schemaNames();
  if (name === undefined) {
    if (context.json) context.printJson({ formatVersion: 1, schemas: names });
    else for (const known of names) context.print(known);
    return 0;
  }
  if (!names.includes(name)) {
    const near = nearest(name, names);
    throw new RotaError('ROTA_USAGE', `There is no schema \`${name}\`; there are ${names.join(', ')}.`, {
      suggestions: near === undefined ? [] : [near],
    });
  }
  context.printJson(readSchema(name));
  return 0;
}
