import { cpSync, existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exec, repositoryRoot, requirePart, temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';
import { expectSchema } from '../testing/expect-schema.ts';

const cli = join(repositoryRoot, 'examples/cli');
const bin = join(cli, 'bin.js');

// A question is asked on a terminal only. The key is typed when the question stands there.
const typing = `
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
seen = b''
typed = False
while True:
    try:
        piece = os.read(terminal, 65536)
    except OSError:
        break
    if not piece:
        break
    seen += piece
    if not typed and b'] ' in seen:
        typed = True
        os.write(terminal, sys.argv[1].encode().decode('unicode_escape').encode())
print(seen.decode(errors='replace'))
print('exit', os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

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
  const { stdout } = await exec(process.execPath, [join(copy, 'bin.js'), 'plan', '--json']);
  expectSchema('error', JSON.parse(stdout));
  // What an older Node does with it: it can read this much.
  const old = join(copy, 'old.mjs');
  writeFileSync(old, `Object.defineProperty(process, 'versions', { value: { node: '18.20.4' } }); await import('./bin.js');`);
  expect(await exec(process.execPath, [old, 'plan'])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('Rota needs Node 20.19 or later; this is 18.20.4.'),
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
    expect((await rota(['run'])).stderr).toBe("error: Missing required argument 'job'.\n  See `rota help run`.\n");
    expect((await rota(['targets'])).stderr).toMatch(
      /'action'\.\n {2}One of: list, plan, build, .*\.\n {2}See `rota help targets`\.\n$/,
    );
    expect(await rota(['aply'])).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringContaining('apply') });
    const { exitCode, stdout } = await rota(['next', '0 2 * *', '--json']);
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

  test('an apply whose output nobody reads, or that cannot be written, still ends in order; only the second is a failure', async () => {
    const folder = temporaryFolder();
    const env = { ...process.env, HOME: folder, ROTA_STATE_DIR: join(folder, 'state'), ROTA_MAINTENANCE: 'off' };
    await rota(['init', '--yes'], { cwd: folder, env });
    const shell = (line: string) => exec('bash', ['-c', line, process.execPath, bin], { cwd: folder, env });
    // The reader is gone before the first line is written.
    const unread = await shell('"$0" "$1" apply --backend embedded --yes 2>/dev/null | true; echo "${PIPESTATUS[0]}"');
    expect(unread.stdout).toBe('0\n');
    expect((await rota(['generations'], { cwd: folder, env })).stdout).toMatch(/^1 .* 1 job /m);
    const full = await shell('"$0" "$1" destroy --yes --json > /dev/full');
    expect(full).toMatchObject({ exitCode: 1, stderr: 'error: The output cannot be written: the disk is full.\n' });
    expect(JSON.parse((await rota(['status', '--json'], { cwd: folder, env })).stdout).jobs).toEqual([]);
  });

  test('what goes on until interrupted ends when its reader has gone', async () => {
    const folder = temporaryFolder();
    const env = { ...process.env, HOME: folder, ROTA_STATE_DIR: join(folder, 'state') };
    const line = 'timeout 200 "$0" "$1" report --serve | true; echo "${PIPESTATUS[0]}"';
    expect((await exec('bash', ['-c', line, process.execPath, bin], { cwd: folder, env })).stdout).toBe('0\n');
  });

  test('a folder that was removed meanwhile is said in one sentence', async () => {
    const line = 'd=$(mktemp -d) && cd "$d" && rmdir "$d" && exec "$0" "$1" "${@:2}"';
    const gone = (...args: readonly string[]) => exec('bash', ['-c', line, process.execPath, bin, ...args]);
    expect((await gone('plan')).stderr).toBe(
      'error: The folder that you are in is not there any more.\n  Go to another folder, then repeat the command.\n',
    );
    const { exitCode, stdout } = await gone('plan', '--json');
    expect(exitCode).toBe(1);
    expectSchema('error', JSON.parse(stdout));
  });

  test('a config anywhere imports the plugins that stand beside the command', async () => {
    const folder = temporaryFolder();
    writeFileSync(
      join(folder, 'jobs.config.ts'),
      "import { defineConfig } from '@rota/core';\nimport { chezmoiJj } from '@rota/plugin-chezmoi-jj';\n" +
        "import { nixUpdate } from '@rota/plugin-nix-update';\n" +
        "export default defineConfig({ tenant: 'home', plugins: [chezmoiJj({}), nixUpdate({ enable: true, flakePath: '/etc/nixos' })] });\n",
    );
    const { exitCode, stdout } = await rota(['validate', '--json'], { cwd: folder, env: { ...process.env, HOME: folder } });
    expect(JSON.parse(stdout), stdout).toMatchObject({ ok: true });
    expect(exitCode).toBe(0);
    writeFileSync(join(folder, 'jobs.config.ts'), "import '@rota/plugin-of-nobody';\n");
    const missing = await rota(['validate', '--json'], { cwd: folder, env: { ...process.env, HOME: folder } });
    expect(JSON.parse(missing.stdout).issues[0].message).toContain("Cannot find module '@rota/plugin-of-nobody'");
  });

  test.each([
    ['Ctrl-C', '\\x03'],
    ['Ctrl-D', '\\x04'],
  ])('%s at a question ends it in order: nothing was changed, and no talk of a defect', async (_, key) => {
    const folder = temporaryFolder();
    const env = { ...process.env, HOME: folder, ROTA_STATE_DIR: join(folder, 'state') };
    for (const args of [['init'], ['init', '--yes', '--json'], ['apply', '--backend', 'embedded']]) {
      if (args.includes('--yes')) await rota(args, { cwd: folder, env });
      else {
        const { stdout } = await exec('python3', ['-c', typing, key, process.execPath, bin, ...args], { cwd: folder, env });
        expect(stdout).toContain('error: Interrupted. Nothing was changed.');
        expect(stdout).toMatch(/exit 1$/m);
        expect(stdout).not.toContain('defect');
      }
    }
    expect(JSON.parse((await rota(['status', '--json'], { cwd: folder, env })).stdout).jobs).toEqual([]);
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
