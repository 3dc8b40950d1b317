import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attemptDeclaration, createHost } from '@rota/core';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), '__name__-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a config with these options declares. */
function attempt(options: object) {
  const plugin = JSON.stringify(join(import.meta.dirname, 'plugin.ts'));
  writeFileSync(
    join(folder, 'jobs.config.ts'),
    `import { __function__ } from ${plugin};\nexport default { tenant: 'acme', plugins: [__function__(${JSON.stringify(options)})] };\n`,
  );
  return attemptDeclaration(createHost({ env: { HOME: folder } }), { cwd: folder });
}

test('it adds a command and a job that runs it', async () => {
  const { declaration, plugins, issues } = await attempt({});
  expect(issues).toEqual([]);
  expect(declaration?.jobs.map(({ name }) => name)).toEqual(['__name__-daily']);
  expect(plugins.flatMap(({ commands }) => commands).map(({ name }) => name)).toEqual(['__name__']);
});

test('an option that it does not have is refused by name', async () => {
  const { issues } = await attempt({ greting: 'hi' });
  expect(issues[0]?.message).toContain('greting');
});
