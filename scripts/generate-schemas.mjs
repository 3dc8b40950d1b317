// Writes the committed JSON Schemas: `node scripts/generate-schemas.mjs`; with `--check` it only says which are stale.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderSchemas } from './render-schema.mjs';
import { schemaTable } from './schema-table.mjs';

const check = process.argv.includes('--check');

for (const { file, text } of (await Promise.all(schemaTable.map(renderSchemas))).flat()) {
  const path = fileURLToPath(new URL(`../${file}`, import.meta.url));
  if (text === read(path)) continue;
  if (check) {
    console.error(`${file} is stale. Run: npm run schemas`);
    process.exitCode = 1;
    continue;
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  console.log(`wrote ${file}`);
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
