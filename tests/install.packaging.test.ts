import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { downloadEnv, exec, output, repositoryRoot, requirePart, sampleSize, temporaryFolder } from '@rota/test-support';
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

/** The present, the oldest and the next TypeScript that a user may have. */
const compilers = ['6', '5.5', '7'].slice(0, sampleSize({ here: 1, inCi: 3 }));

const describeWithBuild = requirePart({
  name: 'the built packages',
  present: published.every((folder) => existsSync(join(folder, 'dist'))),
  install: 'npm run build',
});

describeWithBuild(`the packed packages under Node ${process.versions.node}`, () => {
  const consumer = temporaryFolder();
  const packed = new Map<string, readonly string[]>();

  beforeAll(async () => {
    // All at once: npm takes longer to start than to pack.
    const answer: readonly { name: string; filename: string; files: readonly { path: string }[] }[] = JSON.parse(
      await output('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', consumer, ...published], {
        timeoutMs: 240_000,
      }),
    );
    const tarballs = answer.map(({ filename }) => join(consumer, filename));
    for (const { name, files } of answer)
      packed.set(
        name,
        files.map(({ path }) => path),
      );
    writeFileSync(join(consumer, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
    const options = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
    const packages = compilers.map((version) => `typescript-${version}@npm:typescript@${version}`);
    await output('npm', ['install', ...options, ...tarballs, ...packages, '@types/node@20'], {
      cwd: consumer,
      env: downloadEnv(),
      timeoutMs: 240_000,
    });
  });

  describe.each(published.map((folder) => [readManifest(folder).name, folder] as const))('%s', (name, folder) => {
    test('holds what it says and nothing of its sources', () => {
      const files = packed.get(name) ?? [];
      expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md']));
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

  // Nothing of a declaration is skipped.
  describe.each(compilers)('the types with TypeScript %s', (version) => {
    let stdout = '';
    const calls = Object.keys(wrongCalls);

    beforeAll(async () => {
      writeFileSync(join(consumer, 'jobs.config.ts'), rightConfig);
      writeFileSync(join(consumer, 'wrong.ts'), `${wrongImports}${calls.join('\n')}\n`);
      for (const [name, text] of pages) writeFileSync(join(consumer, name), text);
      const tsc = join(consumer, `node_modules/typescript-${version}/bin/tsc`);
      ({ stdout } = await exec(process.execPath, [tsc, ...strict, 'jobs.config.ts', 'wrong.ts', ...pages.keys()], {
        cwd: consumer,
        timeoutMs: 240_000,
      }));
    });

    test('serve a strict consumer of every package, and what the pages show', () => {
      expect(pages.size).toBeGreaterThan(7);
      expect(stdout.split('\n').filter((line) => /^\S/.test(line) && !line.startsWith('wrong.ts('))).toEqual([]);
      for (const folder of libraries) expect(rightConfig).toContain(`'${readManifest(folder).name}'`);
    });

    test('refuse what is wrong, each with a line that says what would be right', () => {
      const first = wrongImports.split('\n').length;
      for (const [index, [call, message]] of Object.entries(wrongCalls).entries()) {
        const [, told = ''] = stdout.split(new RegExp(`^wrong\\.ts\\(${first + index},\\d+\\): `, 'm'));
        expect(told.split(/^wrong\.ts/m)[0], call).toMatch(message);
      }
    });
  });
});

/** Programs in TypeScript that stand whole on a page: they import packages, and no file beside them. The guide to backends shows parts. */
const pages = new Map(
  ['README.md', ...markdownIn('docs'), ...libraries.map((folder) => join(folder, 'README.md'))]
    .filter((page) => page !== 'docs/writing-a-backend.md')
    .flatMap((page) => [...readFileSync(resolve(repositoryRoot, page), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)])
    .flatMap(([, text = '']) => (/^import .* from '@rota/m.test(text) && !/ from '\./.test(text) ? [text] : []))
    .map((text, index) => [`page-${index}.ts`, text]),
);

function markdownIn(folder: string): readonly string[] {
  return readdirSync(join(repositoryRoot, folder)).flatMap((name) => (name.endsWith('.md') ? [`${folder}/${name}`] : []));
}

const strict = [
  '--noEmit',
  '--pretty',
  'false',
  '--strict',
  '--exactOptionalPropertyTypes',
  '--noUncheckedIndexedAccess',
  ...['--module', 'nodenext', '--target', 'es2023', '--lib', 'es2023', '--types', 'node'],
];

const rightConfig = `
import { cron } from '@rota/backend-cron';
import { systemd } from '@rota/backend-systemd';
import { taskscheduler } from '@rota/backend-taskscheduler';
import { createRota, defineBackend, defineConfig, defineJob, definePlugin, isRotaError, type RunRecord } from '@rota/core';
import { backendConformance, storeConformance } from '@rota/core/testing';
import { chezmoiJj } from '@rota/plugin-chezmoi-jj';
import { nixUpdate } from '@rota/plugin-nix-update';

export default defineConfig({
  tenant: 'me',
  plugins: [chezmoiJj({}), nixUpdate({ enable: true, flakePath: '/etc/nixos' })],
  jobs: [defineJob({ name: 'hello', schedule: '* * * * *', command: 'echo hello', retry: { enabled: true } })],
});
export const rota = createRota({ backends: [cron(), systemd(), taskscheduler()], namespace: 'mine' });
export const last = async (): Promise<RunRecord | undefined> => (await rota.history({ limit: 1 }))[0];
export { backendConformance, defineBackend, definePlugin, isRotaError, storeConformance };
`;

const wrongImports = `import { taskscheduler } from '@rota/backend-taskscheduler';
import { defineBackend, defineConfig, defineJob, definePlugin } from '@rota/core';
import { chezmoiJj } from '@rota/plugin-chezmoi-jj';
import { nixUpdate } from '@rota/plugin-nix-update';
`;

/** What people mistype, and what the compiler then says. */
const wrongCalls: Readonly<Record<string, RegExp>> = {
  "defineJob({ name: 'a', schedul: '0 2 * * *', command: 'x' });": /Did you mean to write 'schedule'\?/,
  "defineJob({ name: 'a', command: 'x', retry: { attempt: 3 } });": /Did you mean to write 'attempts'\?/,
  "defineJob({ name: 'a', command: 'x', concurrency: 'forbidd' });": /Did you mean '"forbid"'\?/,
  "defineJob({ name: 'a', command: 'x', timeout: true });": /'true' is not assignable to type 'string \| number \| undefined'/,
  "defineJob({ schedule: '0 2 * * *', command: 'x' });": /Property 'name' is missing/,
  "defineConfig({ tenant: 'a', job: [] });": /Did you mean to write 'jobs'\?/,
  "definePlugin({ name: 'x', apiVersion: 2, setup: () => undefined });": /'2' is not assignable to type '1'/,
  "defineBackend({ name: 'x' });": /missing the following properties from type 'Backend': apiVersion, dialects/,
  "nixUpdate({ flakePath: '/etc/nixos', operation: 'boott' });": /Did you mean '"boot"'\?/,
  'chezmoiJj({ autoPsh: true });': /Did you mean to write 'autoPush'\?/,
  "taskscheduler({ account: 'x' });": /'"x"' is not assignable to type 'Account/,
};
