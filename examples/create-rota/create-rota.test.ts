import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
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
  test.each(['backend', 'plugin'])('a %s compiles and passes its tests as it is', async (kind) => {
    const folder = temporaryFolder();
    const made = await create(folder, kind, 'my-thing', '.');
    expect(made.exitCode, made.stderr).toBe(0);
    expect(made.stdout).toContain('wrote package.json');
    symlinkSync(join(repositoryRoot, 'node_modules'), join(folder, 'node_modules'));
    const bin = (name: string): string => join(repositoryRoot, 'node_modules', name);
    const types = await exec(process.execPath, [bin('typescript/bin/tsc'), '--noEmit'], { cwd: folder });
    expect(types.exitCode, types.stdout).toBe(0);
    const tests = await exec(process.execPath, [bin('vitest/vitest.mjs'), 'run'], { cwd: folder });
    expect(tests.exitCode, tests.stdout + tests.stderr).toBe(0);
    expect(tests.stdout).toMatch(/Tests .*passed/);
  });
});

test.each([
  [['backend'], /cannot be its name/],
  [['widget', 'x'], /"widget" cannot be created/],
  [['plugin', 'My Thing'], /cannot be its name/],
])('%j is refused with the usage', async (args, problem) => {
  const { exitCode, stderr } = await create(temporaryFolder(), ...args);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(problem);
  expect(stderr).toContain('usage: create-rota');
});

test('a folder that holds something is left alone', async () => {
  const folder = temporaryFolder();
  await create(folder, 'plugin', 'x', '.');
  expect((await create(folder, 'backend', 'y', '.')).stderr).toContain('is not empty');
});
