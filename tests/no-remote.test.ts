import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot, requirePart } from '@rota/test-support';
import { expect, test } from 'vitest';
import { moduleImports } from './module-imports.ts';
import { filesBelow } from './source-files.ts';

const names = readdirSync(join(repositoryRoot, 'packages'));
const folders = names.map((name) => join(repositoryRoot, 'packages', name, 'dist'));

const describeWithBuild = requirePart({
  name: 'the built packages',
  present: folders.every((folder) => existsSync(join(folder, 'index.js'))),
  install: 'npm run build',
});

describeWithBuild('the built packages', () => {
  const files = folders.flatMap((folder) => filesBelow(folder, '.js'));

  test('import nothing from a remote address and nothing that only another runtime resolves', () => {
    const remote = files.flatMap((file) =>
      moduleImports(file)
        .filter(({ specifier }) => /^[a-z][a-z+]*:/i.test(specifier) && !specifier.startsWith('node:'))
        .map(({ specifier }) => `${file} -> ${specifier}`),
    );
    expect(files.length).toBeGreaterThanOrEqual(names.length);
    expect(remote).toEqual([]);
  });

  test('use no global of Deno', () => {
    expect(files.filter((file) => /\bDeno\b/.test(readFileSync(file, 'utf8')))).toEqual([]);
  });
});
