import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { output, repositoryRoot, requirePart, temporaryFolder } from '@rota/test-support';
import { beforeAll, describe, expect, test } from 'vitest';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly scripts?: Readonly<Record<string, string>>;
}

const readManifest = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

const libraries = readdirSync(join(repositoryRoot, 'packages')).map((name) => join(repositoryRoot, 'packages', name));
const cli = join(repositoryRoot, 'examples/cli');
const published = [...libraries, cli].filter((folder) => readManifest(folder).private !== true);

const describeWithBuild = requirePart({
  name: 'the built packages',
  present: published.every((folder) => existsSync(join(folder, 'dist'))),
  install: 'npm run build',
});

describeWithBuild(`the packed packages under Node ${process.versions.node}`, () => {
  const consumer = temporaryFolder();
  const packed = new Map<string, readonly string[]>();

  beforeAll(async () => {
    const tarballs: string[] = [];
    for (const folder of published) {
      const answer: readonly { filename: string; files: readonly { path: string }[] }[] = JSON.parse(
        await output('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', consumer], { cwd: folder }),
      );
      for (const { filename, files } of answer) {
        tarballs.push(join(consumer, filename));
        packed.set(
          folder,
          files.map(({ path }) => path),
        );
      }
    }
    writeFileSync(join(consumer, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
    const options = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
    await output('npm', ['install', ...options, ...tarballs], { cwd: consumer, timeoutMs: 240_000 });
  });

  describe.each(published.map((folder) => [readManifest(folder).name, folder] as const))('%s', (name, folder) => {
    test('holds what it says and nothing of its sources', () => {
      const files = packed.get(folder) ?? [];
      expect(files).toContain('LICENSE');
      expect(files.some((file) => file.startsWith('dist/'))).toBe(true);
      expect(files.filter((file) => /(^|\/)src\/|\.test\.|testdata|tsconfig/.test(file))).toEqual([]);
    });

    test('runs nothing when it is installed', () => {
      const scripts = Object.keys(readManifest(folder).scripts ?? {});
      expect(scripts.filter((script) => /^(pre|post)?(install|prepare)$/.test(script))).toEqual([]);
    });

    test.skipIf(folder === cli)('is imported without a warning', async () => {
      const script = `const exports = await import(${JSON.stringify(name)}); console.log(Object.keys(exports).length > 0);`;
      expect(await output(process.execPath, ['--input-type=module', '--eval', script], { cwd: consumer })).toBe('true');
    });
  });

  test('rota answers with its version', async () => {
    const bin = join(consumer, 'node_modules/@rota/cli/bin.js');
    expect(await output(process.execPath, [bin, '--version'], { cwd: consumer })).toContain(readManifest(cli).version);
  });

  test('the types serve a strict consumer', async () => {
    writeFileSync(
      join(consumer, 'jobs.config.ts'),
      `import { defineConfig, defineJob } from '@rota/core';
       export default defineConfig({ jobs: [defineJob({ name: 'hello', tenant: 'me', schedule: '* * * * *', command: 'echo hello' })] });`,
    );
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--lib', 'es2023', '--skipLibCheck'];
    const tsc = join(repositoryRoot, 'node_modules/typescript/bin/tsc');
    expect(await output(process.execPath, [tsc, ...options, 'jobs.config.ts'], { cwd: consumer })).toBe('');
  });
});
