import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@rota/test-support';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
// @ts-expect-error a script without declarations
import { renderSchemas } from './render-schema.mjs';
// @ts-expect-error a script without declarations
import { schemaTable } from './schema-table.mjs';

const rows: readonly { readonly file: string }[] = schemaTable;
const read = (path: string): string => readFileSync(join(repositoryRoot, path), 'utf8');

test.each(rows)('$file is what its source says', async (row) => {
  const files: readonly { readonly file: string; readonly text: string }[] = await renderSchemas(row);
  expect(files.length).toBeGreaterThan(0);
  for (const { file, text } of files) expect(read(file), `${file} is stale: run \`npm run schemas\``).toBe(text);
});

test('the committed schema of a job accepts what Rota accepts, and nothing with a misspelt field', () => {
  const validate = new Ajv().compile(JSON.parse(read('packages/core/schemas/job.schema.json')));
  const folder = 'packages/core/src/job/testdata';
  const files = readdirSync(join(repositoryRoot, folder), { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.ya?ml$/.test(name),
  );
  expect(files.length).toBeGreaterThan(3);
  for (const file of files) {
    for (const document of parseAllDocuments(read(join(folder, file)))) {
      const job = document.toJS();
      expect(validate(job), `${file}: ${JSON.stringify(validate.errors)}`).toBe(true);
      expect(validate({ ...job, spec: { ...job.spec, retries: 3 } })).toBe(false);
    }
  }
});
