import { fileURLToPath } from 'node:url';
import { toJsonSchema } from '@valibot/to-json-schema';
import { createJiti } from 'jiti';

const jiti = createJiti(import.meta.url, { fsCache: false });

/** The files of one row of the table, each with the text that it should hold. A valibot schema is converted; anything else is JSON Schema. */
export async function renderSchemas({ module, name, file, id }) {
  const exported = (await jiti.import(fileURLToPath(new URL(`../${module}`, import.meta.url))))[name];
  if (exported === undefined) throw new Error(`${module} exports no ${name}.`);
  if (!file.includes('{key}')) return [{ file, text: render(exported, id) }];
  return Object.entries(exported).map(([key, schema]) => ({
    file: file.replace('{key}', key),
    text: render(schema, id.replace('{key}', key)),
  }));
}

function render(source, id) {
  // What may be written counts, so of a schema the input side.
  const schema = source.kind === 'schema' ? toJsonSchema(source, { typeMode: 'input', target: 'draft-07' }) : source;
  const { $schema = 'http://json-schema.org/draft-07/schema#', ...rest } = schema;
  return `${JSON.stringify({ $schema, $id: id, ...rest }, null, 2)}\n`;
}
