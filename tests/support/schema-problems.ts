import { Ajv, type ValidateFunction } from 'ajv';

type Schema = Readonly<Record<string, unknown>>;

const formats = { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/ };
const validators = new WeakMap<object, ValidateFunction>();

/**
 * What is wrong with a command's real output, by its published schema; empty: nothing. Stricter than a reader has to be: a field that the schema does not
 * name is wrong too, so that none is left out of the documentation.
 */
export function schemaProblems(schema: object, output: unknown): string {
  let validate = validators.get(schema);
  if (validate === undefined) {
    validate = new Ajv({ allowUnionTypes: true, allErrors: true, formats }).compile(
      closed(Object.fromEntries(Object.entries(schema))),
    );
    validators.set(schema, validate);
  }
  if (validate(output)) return '';
  const told = (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
  return `${told.join('\n')}\n${JSON.stringify(output)}`;
}

/** The same schema, whose objects take only the fields that they name. */
function closed(schema: Schema): Schema {
  const entries = Object.entries(schema).map(([key, value]) => [key, closedValue(value)]);
  const open = schema.type !== 'object' || schema.properties === undefined || 'additionalProperties' in schema;
  return { ...Object.fromEntries(entries), ...(open ? {} : { additionalProperties: false }) };
}

function closedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closedValue);
  return typeof value === 'object' && value !== null ? closed(value as Schema) : value;
}
