import * as v from 'valibot';
import { nameSchema, stringMapSchema } from './schema-parts.ts';
import { specSchema } from './spec-schema.ts';

/** `metadata` of a manifest. */
export const metadataSchema = v.strictObject({
  name: v.pipe(nameSchema, v.description('Unique within the tenant.')),
  tenant: v.optional(v.pipe(nameSchema, v.description('Whose job it is. Required, unless the config sets a default.'))),
  labels: v.optional(v.pipe(stringMapSchema, v.description('For selection: `rota plan -l key=value`.'))),
  annotations: v.optional(
    v.pipe(stringMapSchema, v.description('For people: `docs`, `owner` and `oncall` appear in alerts and reports.')),
  ),
});

/** A whole manifest. The one source of its TypeScript type, its messages and its JSON Schema. */
export const manifestSchema = v.pipe(
  v.strictObject({
    $schema: v.optional(v.string()),
    apiVersion: v.literal('v1', 'v1'),
    kind: v.literal('Job', 'Job'),
    metadata: metadataSchema,
    spec: specSchema,
  }),
  v.title('Rota job'),
  v.description('A recurring job, to be run by the scheduler that the machine has.'),
);
