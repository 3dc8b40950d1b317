import { cpSync, existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { exec, repositoryRoot, requirePart, temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';

const cli = join(repositoryRoot, 'examples/cli');
const bin = join(cli, 'bin.js');

const describeWithBuild = requirePart({
  name: 'the build',
  present: () => existsSync(join(cli, 'dist/main.js')) && existsSync(join(repositoryRoot, 'packages/core/dist/index.js')),
  install: 'npm run build',
});

test('without a build it says how to build, and answers --version all the same', async () => {
  const copy = temporaryFolder();
  for (const file of ['bin.js', 'package.json']) cpSync(join(cli, file), join(copy, file));
  expect(await exec(process.execPath, [join(copy, 'bin.js'), 'plan'])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('npm run build'),
  });
  expect(await exec(process.execPath, [join(copy, 'bin.js'), '--version'])).toMatchObject({ exitCode: 0, stdout: '0.1.0\n' });
});

describeWithBuild('the built command', () => {
  const rota = (args: readonly string[], options: Parameters<typeof exec>[2] = {}) =>
    exec(process.execPath, [bin, ...args], options);

  test('prints data on standard output, talk on standard error', async () => {
    const result = await rota(['next', '0 12 * * *', '--from', '2026-05-04', '--count', '1', '--backend', 'embedded']);
    expect(result).toMatchObject({ exitCode: 0, stdout: '2026-05-04T12:00:00Z  Mon 2026-05-04 12:00 UTC\n' });
    expect(result.stderr).toMatch(/exact/);
  });

  test('exits 1 for a mistake, with JSON on standard output when asked', async () => {
    expect(await rota(['aply'])).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringContaining('apply') });
    const { exitCode, stdout } = await rota(['next', 'never', '--json']);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout).error.code).toBe('ROTA_SCHEDULE_SYNTAX');
  });

  test('exits 2 for a plan with changes when asked, 0 when not', async () => {
    const folder = temporaryFolder();
    const env = { ...process.env, HOME: folder, ROTA_STATE_DIR: join(folder, 'state') };
    await rota(['init', '--yes'], { cwd: folder, env });
    const plan = ['plan', '--backend', 'embedded', '--json'];
    expect((await rota(plan, { cwd: folder, env })).exitCode).toBe(0);
    expect((await rota([...plan, '--detailed-exitcode'], { cwd: folder, env })).exitCode).toBe(2);
  });

  test('does not paint into a pipe', async () => {
    const folder = temporaryFolder();
    await rota(['init', '--yes'], { cwd: folder });
    const env = { ...process.env, HOME: folder, ROTA_STATE_DIR: join(folder, 'state') };
    const { stdout } = await rota(['plan', '--backend', 'embedded'], { cwd: folder, env });
    expect(stdout).toContain('  + home/hello');
    expect(stdout).not.toContain('\u001b');
  });

  test('is what npx runs in a checkout', async () => {
    const { exitCode, stdout } = await exec('npx', ['--no-install', 'rota', '--version'], { cwd: repositoryRoot });
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '0.1.0\n' });
  });

  test('ends quietly when nobody reads on', async () => {
    const { exitCode, stderr } = await exec('sh', [
      '-c',
      `"$0" "$1" next '* * * * *' --count 50000 --backend embedded 2>/dev/null | head -1`,
      process.execPath,
      bin,
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  });

  test('completes in a real bash, job names included', async () => {
    const folder = temporaryFolder();
    const env = {
      ...process.env,
      HOME: folder,
      ROTA_STATE_DIR: join(folder, 'state'),
      PATH: `${folder}:${process.env.PATH ?? ''}`,
    };
    symlinkSync(bin, join(folder, 'rota'));
    await rota(['init', '--yes'], { cwd: folder, env });
    expect((await rota(['apply', '--backend', 'embedded', '--json'], { cwd: folder, env })).exitCode).toBe(0);
    const script = [
      'source <(rota completion bash)',
      'complete_line() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _rota; echo "${COMPREPLY[*]}"; }',
      'complete_line rota st',
      'complete_line rota plan --detailed',
      'complete_line rota run h',
    ].join('\n');
    const { stdout, stderr } = await exec('bash', ['-c', script], { cwd: folder, env });
    expect({ stdout, stderr }).toEqual({ stdout: 'status\n--detailed-exitcode\nhello\n', stderr: '' });
  });
});
