import { nearest, RotaError } from '@rota/core';
import type { CommandContext } from '../program/command.ts';
import { readSchema, schemaNames } from '../schemas/json-schemas.ts';

/**
 * `rota schema [NAME]`: a JSON Schema, or the names that there are. Both are data, with and without --json. The schema of `targets plan` is that of `targets`,
 * which holds all its actions; a command of a plugin has one of its own.
 */
export async function run(context: CommandContext): Promise<number> {
  const [command = '', ...rest] = context.args;
  const name = context.args.length === 0 ? undefined : context.args.join('-');
  const names = schemaNames();
  if (name === undefined) {
    if (context.json) context.printJson({ formatVersion: 1, schemas: names });
    else for (const known of names) context.print(known);
    return 0;
  }
  if (!names.includes(name)) {
    const schema = await pluginSchema(context, name);
    if (schema !== undefined) {
      context.printJson(schema);
      return 0;
    }
    if (rest.length > 0 && names.includes(command)) {
      context.printJson(readSchema(command));
      return 0;
    }
    const near = nearest(name, names);
    throw new RotaError('ROTA_USAGE', `There is no schema \`${name}\`; there are ${names.join(', ')}.`, {
      suggestions: near === undefined ? [] : [near],
    });
  }
  context.printJson(readSchema(name));
  return 0;
}

/** `nix-status`: what the command `nix status` of a plugin in the config here prints. */
async function pluginSchema({ io }: CommandContext, name: string): Promise<object | undefined> {
  const { findGroups } = await import('../plugin-commands/find-groups.ts');
  const { groups } = await findGroups([name], io);
  return groups
    .flatMap((group) => group.commands.map((command) => ({ name: `${group.name}-${command.name}`, schema: command.output })))
    .find((command) => command.name === name)?.schema;
}
