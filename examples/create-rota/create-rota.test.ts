import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { exec, repositoryRoot, requirePart, temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';

const script = join(repositoryRoot, 'examples/create-rota/create-rota.js');
const create = (cwd: string, ...args: readonly string[]) => exec(process.execPath, [script, ...args], { cwd });
const buildPart = {
  name: 'the build',
  present: () => existsSync(join(repositoryRoot, 'packages/core/dist/testing/index.js')),
  install: 'npm run build',
};

requirePart(buildPart)('what it creates', () => {
  test.each(['backend', 'plugin', 'store'])(
    'a %s compiles and passes its tests as it is',
    async (kind) => {
      const above = temporaryFolder();
      // As in a checkout, whose own tests are others.
      writeFileSync(join(above, 'vitest.config.ts'), "export default { test: { include: ['elsewhere/*.test.ts'] } };\n");
      const folder = join(above, 'my-thing');
      mkdirSync(folder);
      const made = await create(folder, kind, 'my-thing', '.');
      expect(made.exitCode, made.stderr).toBe(0);
      expect(made.stdout).toContain('wrote package.json');
      install(folder);
      const bin = (name: string): string => join(repositoryRoot, 'node_modules', name);
      const types = await exec(process.execPath, [bin('typescript/bin/tsc'), '--noEmit'], { cwd: folder });
      expect(types.exitCode, types.stdout).toBe(0);
      const tests = await exec(process.execPath, [bin('vitest/vitest.mjs'), 'run'], { cwd: folder, timeoutMs: 280_000 });
      expect(tests.exitCode, tests.stdout + tests.stderr).toBe(0);
      expect(tests.stdout).toMatch(/Tests .*passed/);
      const { scripts } = manifestOf(folder);
      const [program, ...args] = scripts.build?.split(' ') ?? [];
      expect(program).toBe('tsup');
      const built = await exec(process.execPath, [bin('tsup/dist/cli-default.js'), ...args], { cwd: folder });
      expect(built.exitCode, built.stdout + built.stderr).toBe(0);
      expect(readdirSync(join(folder, 'dist')).sort()).toEqual(['index.d.ts', 'index.js']);
    },
    300_000,
  );
});

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** As npm would: what the template names, core as it is packed, and what core needs; nothing else of this repository can be found from there. */
function install(folder: string): void {
  const core = join(repositoryRoot, 'packages/core');
  const modules = join(folder, 'node_modules');
  const { dependencies, devDependencies } = manifestOf(folder);
  const names = Object.keys({ ...dependencies, ...devDependencies, ...manifestOf(core).dependencies });
  for (const name of names.filter((one) => one !== '@rota/core')) {
    const own = join(core, 'node_modules', name);
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(existsSync(own) ? own : join(repositoryRoot, 'node_modules', name), join(modules, name));
  }
  for (const part of ['package.json', 'dist', 'schemas'])
    cpSync(join(core, part), join(modules, '@rota/core', part), { recursive: true });
}

test.each([
  [[], /say what is to be created/],
  [['backend'], /cannot be its name/],
  [['widget', 'x'], /"widget" cannot be created/],
  [['plugin', 'My Thing'], /cannot be its name/],
])('%j is refused with the usage', async (args, problem) => {
  const { exitCode, stderr } = await create(temporaryFolder(), ...args);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(problem);
  expect(stderr).toContain('usage: create-rota');
});

test('it says how the tests are run: in a checkout among the examples, where npm finds what is not published', async () => {
  const root = temporaryFolder();
  const examples = join(root, 'examples');
  const copy = join(examples, 'create-rota/create-rota.js');
  cpSync(dirname(script), dirname(copy), { recursive: true });
  const next = async (cwd: string, folder: string) => {
    const { stdout } = await exec(process.execPath, [copy, 'plugin', 'my-thing', folder], { cwd });
    return stdout.split('\nNext: ')[1];
  };
  expect(await next(root, 'one')).toBe('cd one && npm install && npm test\n');
  mkdirSync(join(root, 'packages/core'), { recursive: true });
  const inCheckout = 'npm install --ignore-scripts && npm run build && npm test --workspace rota-plugin-my-thing\n';
  expect(await next(root, 'examples/two')).toBe(inCheckout);
  expect(await next(examples, 'three')).toBe(`cd .. && ${inCheckout}`);
  expect(await next(root, 'four')).toBe(`mv four examples/ && ${inCheckout}`);
});

test('a folder that holds something is left alone', async () => {
  const folder = temporaryFolder();
  await create(folder, 'plugin', 'x', '.');
  expect((await create(folder, 'backend', 'y', '.')).stderr).toContain('is not empty');
});
