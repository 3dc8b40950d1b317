import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@rota/test-support';
import { expect, test } from 'vitest';
// @ts-expect-error a script without declarations
import { docsTable } from './docs-table.mjs';

const pages: readonly { readonly file: string; readonly render: () => Promise<string> }[] = docsTable;

test.each(pages)('$file is what the code says', async ({ file, render }) => {
  expect(readFileSync(join(repositoryRoot, file), 'utf8'), 'stale: run `npm run docs:pages`').toBe(await render());
});
