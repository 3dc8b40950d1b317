import { Ajv, type ValidateFunction } from 'ajv';
import { expect } from 'vitest';
import { readSchema } from '../schemas/json-schemas.ts';

const validators = new Map<string, ValidateFunction>();

/** Holds the real output of a command against the schema that is committed for it. */
export function expectSchema(name: string, output: unknown): void {
  const validate = validators.get(name) ?? new Ajv({ allowUnionTypes: true }).compile(readSchema(name));
  validators.set(name, validate);
  expect(validate(output), `${name}: ${JSON.stringify(validate.errors)}\n${JSON.stringify(output)}`).toBe(true);
}
