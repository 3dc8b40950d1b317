// Puts the script and the style of the report page into one module: `npm run report:page`; with `--check` it only says whether that is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { renderPageAssets } from './render-page-assets.mjs';

const file = fileURLToPath(new URL('../packages/core/src/report/page-assets.generated.ts', import.meta.url));
const text = await renderPageAssets();

if (text !== read()) {
  if (process.argv.includes('--check')) {
    console.error('packages/core/src/report/page-assets.generated.ts is stale. Run: npm run report:page');
    process.exitCode = 1;
  } else {
    writeFileSync(file, text);
    console.log('wrote packages/core/src/report/page-assets.generated.ts');
  }
}

function read() {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
