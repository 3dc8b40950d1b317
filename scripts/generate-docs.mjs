// Writes the pages of docs/ that are made from code: `npm run docs:pages`; with `--check` it only says which are stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { docsTable } from './docs-table.mjs';

for (const { file, render } of docsTable) {
  const path = fileURLToPath(new URL(`../${file}`, import.meta.url));
  const text = await render();
  if (text === read(path)) continue;
  if (process.argv.includes('--check')) {
    console.error(`${file} is stale. Run: npm run docs:pages`);
    process.exitCode = 1;
    continue;
  }
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
