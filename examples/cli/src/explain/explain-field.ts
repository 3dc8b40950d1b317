import { nearest, RotaError } from '@rota/core';
import type { CommandContext } from '../program/command.ts';
import { readSchema } from '../schemas/json-schemas.ts';
import { type FieldInfo, fieldsOf } from './fields-of.ts';

/** What a field of the manifest means. A path may leave out `spec.` and `metadata.`: `retry`, `spec.retry.attempts`. */
export async function explainField(context: CommandContext, path: string): Promise<number> {
  const fields = fieldsOf(readSchema('job'));
  const field = ['', 'spec.', 'metadata.'].map((prefix) => fields.get(`${prefix}${path}`)).find((found) => found !== undefined);
  if (field === undefined) {
    const short = [...fields.keys()].flatMap((name) => [name, name.replace(/^(spec|metadata)\./, '')]);
    const near = nearest(path, short);
    throw new RotaError('ROTA_FIELD_UNKNOWN', `A job has no field \`${path}\`.`, {
      suggestions: near === undefined ? [] : [near],
    });
  }
  const below = [...fields.values()].filter(({ path: other }) => parentOf(other) === field.path);
  if (context.json) {
    context.printJson({ formatVersion: 1, kind: 'field', ...field, fields: below });
    return 0;
  }
  const { print, colors } = context;
  print(`${colors.bold(field.path)}  ${colors.dim(`(${typeText(field)})`)}`);
  if (field.description !== undefined) print(`  ${field.description}`);
  if (below.length > 0) print('');
  for (const child of below)
    print(
      `  ${child.path.slice(field.path.length + 1)}  ${colors.dim(`(${typeText(child)})`)}  ${child.description ?? ''}`.trimEnd(),
    );
  return 0;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('.')));
}

function typeText({ type, required }: FieldInfo): string {
  return `${type}${required ? ', required' : ''}`;
}
