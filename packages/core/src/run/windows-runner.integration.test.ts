import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundled, requirePart, type WindowsNode, windowsNode, windowsNodeParts } from '@rota/test-support';
import { beforeAll, expect, test } from 'vitest';
import type { LaunchFile } from '../backend/launch-file.ts';
import { nodeFiles } from '../host/node-files.ts';
import { syncJob } from '../sync/sync-job.ts';
import { installCommand } from './launch/install-command.ts';
import { launcherCommandFile } from './launch/launcher.ts';
import { type RunnerUnderTest, runnerBundle, runnerUnderTest } from './runner-under-test.test-support.ts';

const onWindows = process.platform === 'win32';

/**
 * The runner as it ships, on Windows (`.github/workflows/windows.yml`), and elsewhere run by the Node of Windows on Wine: its kernel32 and its cmd.exe are not
 * those of Windows, so there this shows that our side of every path that differs works, and not that Windows agrees.
 */
const describeRunner = requirePart(...windowsNodeParts);
describeRunner(`the runner on Windows${onWindows ? '' : ', under Wine'}`, () => {
  let runner: RunnerUnderTest;
  let bundle: string;
  let machine: WindowsNode;
  const windows = (path: string): string => machine.path(path);

  beforeAll(async () => {
    machine = windowsNode();
    runner = await runnerUnderTest();
    bundle = await runnerBundle();
  });

  const job = (change: Partial<LaunchFile>): string =>
    windows(
      runner.launchFile({
        backend: 'taskscheduler',
        workingDir: windows(runner.scratch),
        secretsFile: windows(join(runner.scratch, 'secrets.env')),
        env: { PATH: `${machine.system}\\system32;${machine.system}` },
        ...change,
      }),
    );
  const run = async (launchFile: string) => (await machine.run([machine.exe, windows(bundle), launchFile])).code;
  const last = () => runner.records().at(-1);
  const lastOutput = (): string => {
    const record = last();
    return record === undefined ? '' : runner.output(record);
  };
  const script = (name: string, text: string): string => {
    const path = join(runner.scratch, name);
    writeFileSync(path, text);
    return windows(path);
  };

  test('runs a program, keeps what it prints and records that it ended well', async () => {
    expect(await run(job({ name: 'well', command: ['cmd.exe', '/c', 'echo hello'] }))).toBe(0);
    expect(last()).toMatchObject({ name: 'well', status: 'success', exitCode: 0, backend: 'taskscheduler' });
    expect(lastOutput()).toMatch(/hello\r?\n/);
  });

  test('hands on the exit status of a program that fails, and tries again when asked', async () => {
    const retry = { enabled: true, attempts: 1, backoff: 'fixed', delayMs: 10, maxDelayMs: 10 } as const;
    expect(await run(job({ name: 'badly', command: ['cmd.exe', '/c', 'exit 3'], retry }))).toBe(3);
    expect(last()).toMatchObject({ status: 'failure', exitCode: 3, attempts: 2 });
  });

  test('says that a program is not there, and that a batch file needs cmd.exe', async () => {
    expect(await run(job({ name: 'nothing', command: ['no-such-program.exe'] }))).not.toBe(0);
    expect(last()).toMatchObject({ status: 'failure', reason: expect.stringContaining('no-such-program.exe was not found') });
    const batch = script('job.cmd', '@echo from a batch file\r\n@exit /b 5\r\n');
    expect(await run(job({ name: 'batch', command: [batch] }))).not.toBe(0);
    expect(last()).toMatchObject({ status: 'failure', reason: expect.stringContaining('shell: true') });
    expect(await run(job({ name: 'batch-by-cmd', command: [batch], shell: true }))).toBe(5);
    expect(lastOutput()).toContain('from a batch file');
  });

  test('gives arguments, environment and folder as they were declared', async () => {
    const args = [
      '',
      'a b',
      'quo"te',
      'back\\',
      '\\\\share\\x y\\',
      '%PATH%',
      '^&|<>()',
      "it's",
      'Grüße ☃',
      '$(Arg0)',
      '-e',
      '*',
    ];
    const program = script(
      'show.cjs',
      'process.stdout.write(JSON.stringify([process.argv.slice(2), process.env.GREETING, process.cwd()]))',
    );
    const where = join(runner.scratch, 'with blank & ümlaut');
    mkdirSync(where);
    const command = [machine.exe, program, ...args];
    expect(await run(job({ name: 'handed', command, env: { GREETING: 'Grüße %USERNAME%' }, workingDir: windows(where) }))).toBe(
      0,
    );
    expect(JSON.parse(lastOutput())).toEqual([args, 'Grüße %USERNAME%', windows(where)]);
    const proxy = job({ name: 'proxy', command: ['cmd.exe', '/c', 'echo %HTTPS_PROXY%'], env: { https_proxy: 'declared' } });
    await machine.run([machine.exe, windows(bundle), proxy], { HTTPS_PROXY: 'inherited' });
    expect(lastOutput().trim()).toBe('declared');
  });

  test('finds programs on the search path that jobs get', async () => {
    const { jobPath } = await import('../backend/job-path.ts');
    const user = { name: 'ann', uid: 0, home: 'C:\\users\\ann' };
    const PATH = jobPath({ platform: 'win32', user, env: { SystemRoot: machine.system } });
    expect(await run(job({ name: 'found', command: ['cmd.exe', '/c', 'exit 6'], env: { PATH } }))).toBe(6);
  });

  const beating = (name: string): { readonly program: string; readonly size: () => number } => {
    const beat = join(runner.scratch, `${name}.txt`);
    const text = `setInterval(() => require('fs').appendFileSync(${JSON.stringify(windows(beat))}, '.'), 50)`;
    return { program: script(`${name}.cjs`, text), size: () => statSync(beat).size };
  };
  const expectToHaveEnded = async (size: () => number): Promise<void> => {
    const before = size();
    expect(before).toBeGreaterThan(0);
    await sleep(1500);
    expect(size()).toBe(before);
  };

  // cmd.exe between them: what Node itself has started ends with it in any case (libuv, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE).
  const below = (program: string): readonly string[] => ['cmd.exe', '/d', '/c', machine.exe, program];

  // Under Wine by a taskkill of ours: Wine's own knows no /T.
  test('ends a program that is too late, and what it has started', async () => {
    const { program, size } = beating('late');
    expect(await run(job({ name: 'late', command: below(program), timeoutMs: 20_000, graceMs: 500 }))).toBe(124);
    expect(last()).toMatchObject({ name: 'late', status: 'timeout' });
    await expectToHaveEnded(size);
  });

  test('ends the run that another one replaces, with what it has started', async () => {
    const { program, size } = beating('replaced');
    const once = `const fs = require('fs'); const begun = ${JSON.stringify(windows(join(runner.scratch, 'replaced.begun')))};
      if (fs.existsSync(begun)) process.exit(); fs.writeFileSync(begun, ''); require(${JSON.stringify(program)})`;
    const command = below(script('replaced-once.cjs', once));
    const launchFile = job({ name: 'replaced', command, concurrency: { policy: 'replace', locks: [] } });
    const first = run(launchFile);
    await expect.poll(() => existsSync(join(runner.scratch, 'replaced.txt'))).toBe(true);
    expect(await run(launchFile)).toBe(0);
    await first;
    await expectToHaveEnded(size);
  });

  test('does not start a job that still runs', async () => {
    const begun = join(runner.scratch, 'begun');
    const hold = script('hold', '');
    const wait = `const fs = require('fs'); fs.writeFileSync(${JSON.stringify(windows(begun))}, '');
      setInterval(() => fs.existsSync(${JSON.stringify(hold)}) || process.exit(), 100);`;
    const launchFile = job({ name: 'alone', command: [machine.exe, script('wait.cjs', wait)] });
    const first = run(launchFile);
    await expect.poll(() => existsSync(begun)).toBe(true);
    await run(launchFile);
    expect(last()).toMatchObject({ name: 'alone', status: 'skipped' });
    rmSync(join(runner.scratch, 'hold'));
    expect(await first).toBe(0);
  });

  // As after a power cut: the claim and its mark are there, and its pid is that of another process.
  test('starts a job whose last runner is gone, although its pid was given away', { timeout: 300_000 }, async () => {
    const claim = join(runner.layout.handled, 'acme.cut.jsonl');
    // It ends its runner, which can record nothing any more.
    const command = [machine.exe, '-e', "process.kill(process.ppid, 'SIGKILL')"];
    await run(job({ name: 'cut', command }));
    expect(readFileSync(claim, 'utf8')).toContain('"claims":[{');
    const [ready, stop] = [join(runner.scratch, 'given'), join(runner.scratch, 'give-up')];
    const other = script(
      'other.cjs',
      `const { existsSync, readFileSync, renameSync, writeFileSync } = require('fs');
      const claim = ${JSON.stringify(windows(claim))};
      const lines = readFileSync(claim, 'utf8').trimEnd().split('\\n');
      const state = JSON.parse(lines.at(-1));
      const { owner } = state.claims[0];
      const mark = (pid) => process.env.LOCALAPPDATA + '\\\\rota-alive\\\\' + pid + '-' + owner.startTicks;
      renameSync(mark(owner.pid), mark(process.pid));
      owner.pid = process.pid;
      writeFileSync(claim, [...lines, JSON.stringify(state), ''].join('\\n'));
      writeFileSync(${JSON.stringify(windows(ready))}, '');
      setInterval(() => existsSync(${JSON.stringify(windows(stop))}) && process.exit(), 100);`,
    );
    const holding = machine.run([machine.exe, other]);
    try {
      const early = holding.then(({ output }) => expect(output).toBe('it goes on'));
      await Promise.race([expect.poll(() => existsSync(ready), { timeout: 60_000 }).toBe(true), early]);
      expect(await run(job({ name: 'cut', command: ['cmd.exe', '/c', 'exit 0'] }))).toBe(0);
    } finally {
      writeFileSync(stop, '');
    }
    expect((await holding).output).toBe('');
    const ends = runner.records().filter(({ name }) => name === 'cut');
    expect(ends.map(({ status }) => status).sort()).toEqual(['interrupted', 'success']);
  });

  test('is started by its command file, which hands its exit status on, in a folder of any name', {
    timeout: 300_000,
  }, async () => {
    const bin = join(runner.scratch, 'Jörg Söhne', 'bin');
    mkdirSync(bin, { recursive: true });
    copyFileSync(bundle, join(bin, '..', 'rota-run.cjs'));
    const launcher = join(bin, 'rota run.cmd');
    writeFileSync(launcher, launcherCommandFile({ node: machine.exe, runner: '..\\rota-run.cjs' }));
    const launchFile = job({ name: 'launched', command: ['cmd.exe', '/c', 'exit 7'] });
    // As Task Scheduler starts a command file: through cmd.exe.
    expect((await machine.run(['cmd.exe', '/c', windows(launcher), launchFile])).code).toBe(7);
    expect(last()).toMatchObject({ name: 'launched', exitCode: 7 });
    // An apply that writes the launcher anew meanwhile changes nothing: cmd.exe would go on in the other text.
    const another = `require('fs').writeFileSync(${JSON.stringify(windows(launcher))}, '@exit /b 99\\r\\n'.repeat(500)); process.exitCode = 8`;
    const rewriting = job({ name: 'rewriting', command: [machine.exe, script('rewrite.cjs', another)] });
    const text = readFileSync(launcher);
    expect((await machine.run(['cmd.exe', '/c', windows(launcher), rewriting])).code).toBe(8);
    writeFileSync(launcher, text);
    // What would keep Node from starting is for the job.
    const told = job({ name: 'told', command: ['cmd.exe', '/c', 'echo %NODE_OPTIONS%'] });
    const options = '--no-such-option="a b" & 100% !x!';
    expect((await machine.run(['cmd.exe', '/c', windows(launcher), told], { NODE_OPTIONS: options })).code).toBe(0);
    expect(last()).toMatchObject({ name: 'told', status: 'success' });
    expect(lastOutput()).toContain('--no-such-option="a b"');
  });

  test('waits for a file that somebody has for themselves, and takes no program for one of the system because it lies in the current folder', async () => {
    const seen = windows(await bundled('packages/core/src/host/windows-host.test-support.ts', 'cjs'));
    const folder = join(runner.scratch, 'current');
    mkdirSync(folder);
    const { output } = await machine.run([machine.exe, '--no-warnings', seen, windows(folder)]);
    expect(JSON.parse(output)).toEqual({ read: 'appended', planted: 'ROTA_COMMAND_MISSING', byPlace: 0, onThePath: 0 });
  });

  test("starts Rota's own command with every word as it is, in a folder of any name", { timeout: 300_000 }, async () => {
    const folder = join(runner.scratch, 'Jörg & 100% Söhne');
    const stateDir = join(folder, 'state');
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, 'bin.js'),
      'process.stdout.write(JSON.stringify(process.argv.slice(2))); process.exitCode = Number(process.argv.at(-1)) || 9;',
    );
    const place = { node: machine.exe, script: windows(join(folder, 'bin.js')) };
    const host = { files: nodeFiles, stateDir, platform: 'win32' } as const;
    installCommand(host, place);
    const source = {
      repo: 'https://git.example/%PATH%/100%25.git',
      ref: 'main',
      path: 'jobs/a & %USERNAME% ^(b)',
      allowCode: false,
      requireSigned: false,
    };
    const { command } = syncJob({ host: { ...host, stateDir: windows(stateDir) }, namespace: 'shared', source });
    expect(await run(job({ name: 'sync', command }))).toBe(9);
    expect(JSON.parse(lastOutput())).toEqual(command.slice(1));
    // The Node that was recorded is gone.
    installCommand(host, { ...place, node: 'C:\\gone\\node.exe' });
    expect(await run(job({ name: 'moved', command }))).toBe(9);
    // Whoever starts the file itself gets the status, too. Without a console of its own, Wine has no code page to choose.
    const plainer = join(runner.scratch, onWindows ? 'Jörg Söhne' : 'with blank');
    mkdirSync(plainer, { recursive: true });
    copyFileSync(join(folder, 'bin.js'), join(plainer, 'bin.js'));
    const [file = ''] = installCommand({ ...host, stateDir: plainer }, { ...place, script: windows(join(plainer, 'bin.js')) });
    expect((await machine.run(['cmd.exe', '/c', windows(file), 'maintain', '6'])).code).toBe(6);
  });
});
