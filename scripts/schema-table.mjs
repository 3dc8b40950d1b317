/**
 * The JSON Schemas that are committed: the valibot schema or plain JSON Schema that `name` exports from `module`, written to `file`.
 * `id` is its stable name. Where `name` is a record of schemas, `{key}` in `file` and `id` stands for each of its keys.
 * Add a row, run `npm run schemas`, commit the files; a test fails when one is stale.
 */
export const schemaTable = [
  {
    module: 'packages/core/src/job/schema/manifest-schema.ts',
    name: 'manifestSchema',
    file: 'packages/core/schemas/job.schema.json',
    id: 'urn:rota:schema:job',
  },
  {
    module: 'packages/core/src/config/layers/config-schema.ts',
    name: 'configFileSchema',
    file: 'packages/core/schemas/config.schema.json',
    id: 'urn:rota:schema:config',
  },
  {
    module: 'packages/core/src/config/this-host/host-file-schema.ts',
    name: 'hostFileSchema',
    file: 'packages/core/schemas/host.schema.json',
    id: 'urn:rota:schema:host',
  },
  // What each command prints with --json; `error` is what any of them prints when it fails.
  {
    module: 'examples/cli/src/schemas/output-schemas.ts',
    name: 'outputSchemas',
    file: 'packages/core/schemas/{key}.schema.json',
    id: 'urn:rota:schema:output:{key}',
  },
];
