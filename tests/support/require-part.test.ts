import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exec } from './exec.ts';
import { repositoryRoot } from './repository-root.ts';
import { temporaryFolder } from './temporary-folder.ts';

const file = `
import { requirePart } from '@rota/test-support';
requirePart({ name: 'a sundial', present: false, install: 'apt-get install sundial' })('noon', () => { test('comes', () => {}); });
`;

const runWith = async (env: Readonly<Record<string, string>>): Promise<{ exitCode: number | null; stdout: string }> => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'sundial.test.mjs'), file);
  const config = `export default { resolve: { alias: { '@rota/test-support': '${repositoryRoot}tests/support/index.ts' } } };`;
  writeFileSync(join(folder, 'vitest.config.mjs'), config);
  const { CI: _ci, ROTA_PARTS: _parts, ...outside } = process.env;
  const vitest = join(repositoryRoot, 'node_modules/vitest/vitest.mjs');
  const args = [
    vitest,
    'run',
    '--root',
    folder,
    '--config',
    join(folder, 'vitest.config.mjs'),
    '--reporter=verbose',
    '--globals',
    '--configLoader=runner',
  ];
  const { exitCode, stdout, stderr } = await exec(process.execPath, args, { env: { ...outside, ...env, NO_COLOR: '1' } });
  return { exitCode, stdout: stdout + stderr };
};

describe('a missing part', () => {
  test('is a visible skip that names the remedy', async () => {
    const { exitCode, stdout } = await runWith({});
    expect(stdout).toMatch(/↓.*noon \[needs a sundial: apt-get install sundial\] > comes/);
    expect(exitCode).toBe(0);
  });

  test('is a failure in CI, unless the job is for a system without it', async () => {
    const promised = await runWith({ CI: 'true' });
    expect(promised.stdout).toMatch(/[×✗].*noon > needs a sundial: apt-get install sundial/);
    expect(promised.exitCode).toBe(1);
    expect((await runWith({ CI: 'true', ROTA_PARTS: 'optional' })).exitCode).toBe(0);
  });
});
