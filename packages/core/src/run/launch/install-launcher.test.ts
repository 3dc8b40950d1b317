import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@rota/test-support';
import { describe, expect, it } from 'vitest';
import { nodeFiles } from '../../host/node-files.ts';
import { stateLayout } from '../../state/layout.ts';
import { type RunnerUnderTest, runnerBundle, runnerUnderTest } from '../runner-under-test.test-support.ts';
import { installLauncher } from './install-launcher.ts';
import { launcherCommandFile } from './launcher.ts';

async function installed(
  node = process.execPath,
): Promise<{ rota: RunnerUnderTest; launcher: string; install: () => readonly string[] }> {
  const rota = await runnerUnderTest();
  const bundlePath = await runnerBundle();
  const host = { files: nodeFiles, stateDir: rota.stateDir, platform: 'linux' } as const;
  const install = () => installLauncher(host, { node, bundlePath });
  install();
  return { rota, launcher: stateLayout(rota.stateDir).launcher, install };
}

describe('the launcher', () => {
  it('starts the runner of the state folder and passes on its exit status', async () => {
    const { rota, launcher } = await installed();
    const path = rota.launchFile({ command: ['/bin/sh', '-c', 'exit 9'] });
    expect(spawnSync(launcher, [path, '--manual']).status).toBe(9);
    expect(rota.records()[0]).toMatchObject({ status: 'failure', exitCode: 9, trigger: 'manual' });
  });

  it('is written only where it differs, and repaired where it was damaged', async () => {
    const { launcher, install } = await installed();
    expect(install()).toEqual([]);
    writeFileSync(launcher, 'broken');
    chmodSync(launcher, 0o600);
    expect(install()).toEqual([launcher]);
    expect(install()).toEqual([]);
  });

  it('takes the Node of the PATH when the recorded one is gone', async () => {
    const { rota, launcher } = await installed('/nowhere/node');
    const folder = join(process.execPath, '..');
    expect(spawnSync(launcher, [rota.launchFile({})], { env: { PATH: `${folder}:/usr/bin:/bin` } }).status).toBe(0);
  });

  it('records the failure and says the remedy when there is no Node at all', async () => {
    const { rota, launcher } = await installed('/nowhere/node');
    const path = rota.launchFile({});
    // A root folder in which only what the script itself needs exists.
    const empty = join(rota.scratch, 'bin');
    execFileSync('mkdir', [empty]);
    for (const tool of ['sed', 'cat', 'date', 'dirname', 'mkdir'])
      execFileSync('ln', ['-s', execFileSync('which', [tool], { encoding: 'utf8' }).trim(), empty]);
    const script = readFileSync(launcher, 'utf8').replace(/^ {2}PATH=.*$/m, '');
    writeFileSync(launcher, script);
    const result = spawnSync('/bin/sh', [launcher, path], { env: { PATH: empty }, encoding: 'utf8' });
    expect(result.status).toBe(127);
    expect(result.stderr).toContain('no Node was found');
    expect(rota.records()[0]).toMatchObject({ tenant: 'acme', name: 'job', status: 'failure', exitCode: 127 });
  });

  it('keeps from the runner what would change how Node starts, and hands it to the job as it was', async () => {
    const { rota, launcher } = await installed();
    const env = {
      PATH: process.env.PATH,
      NODE_OPTIONS: '--require "/nowhere/it\'s $HOME.cjs"',
      NODE_PATH: '/nowhere',
      NODE_V8_COVERAGE: '/proc/nowhere', // Node 20 and 24 hang with it at their end
      NODE_CHANNEL_FD: '1',
      NODE_EXTRA_CA_CERTS: '/nowhere.pem',
    };
    const out = join(rota.scratch, 'env');
    const path = rota.launchFile({ command: ['/bin/sh', '-c', `env >${out}`] });
    const { status } = spawnSync(launcher, [path], { env, timeout: 200_000 });
    const lines = readFileSync(out, 'utf8').split('\n');
    expect([status, rota.records()[0]?.status]).toEqual([0, 'success']);
    for (const [name, value] of Object.entries(env).slice(1)) expect(lines).toContain(`${name}=${value}`);
    expect(lines.filter((line) => /^(ROTA_KEPT|NODE_(DEBUG|COMPILE))/.test(line))).toEqual([]);
    // What the job declares is the job's.
    const declared = rota.launchFile({
      command: ['/bin/sh', '-c', `echo "$NODE_OPTIONS" >${out}`],
      env: { PATH: '/bin', NODE_OPTIONS: '--no-warnings' },
    });
    spawnSync(launcher, [declared], { env });
    expect(readFileSync(out, 'utf8')).toBe('--no-warnings\n');
  });

  it('leaves word of a Node that does not work, which the next runner records once, and a whole one takes it away', async () => {
    const node = join(temporaryFolder(), 'node');
    writeFileSync(node, '#!/bin/sh\nexit 134\n', { mode: 0o755 });
    const { rota, launcher, install } = await installed(node);
    const path = rota.launchFile({});
    expect(spawnSync(launcher, [path]).status).toBe(134);
    expect(spawnSync(launcher, [path, '--manual']).status).toBe(134);
    const words = nodeFiles.list(rota.layout.starting);
    expect([words.length, rota.records()]).toEqual([2, []]);
    for (const name of words) nodeFiles.setTimes(join(rota.layout.starting, name), Date.now() - 60_000);
    writeFileSync(node, `#!/bin/sh\nexec ${process.execPath} "$@"\n`);
    expect(install()).toEqual([]);
    spawnSync(launcher, [rota.launchFile({ name: 'other' })]);
    spawnSync(launcher, [path]);
    const told = rota.records().map(({ name, status, trigger }) => `${name} ${status} ${trigger}`);
    expect(told.sort()).toEqual(['job failure manual', 'job failure schedule', 'job success event', 'other success event']);
    expect(rota.records().find(({ status }) => status === 'failure')?.reason).toContain('the runner did not begin');
    expect(nodeFiles.list(rota.layout.starting)).toEqual([]);
  });

  it('quotes paths with blanks, quotes and percent signs', async () => {
    expect(launcherCommandFile({ node: 'C:\\100%\\node.exe', runner: 'C:\\a b\\rota-run.cjs' })).toContain(
      'set "node=C:\\100%%\\node.exe"',
    );
    const { rota, launcher } = await installed();
    const odd = join(rota.scratch, 'it\'s $HOME & "co"');
    const bundlePath = await runnerBundle();
    installLauncher({ files: nodeFiles, stateDir: odd, platform: 'linux' }, { bundlePath });
    expect(spawnSync(stateLayout(odd).launcher, [rota.launchFile({})]).status).toBe(0);
    expect(readFileSync(launcher, 'utf8')).toContain('rota-run.cjs');
  });

  it('writes a command file without the name of the user on Windows, whose code page may have other letters', async () => {
    const { rota } = await installed();
    const stateDir = join(rota.scratch, 'Jörg', 'rota');
    installLauncher(
      { files: nodeFiles, stateDir, platform: 'win32' },
      { bundlePath: await runnerBundle(), node: 'C:\\node\\node.exe' },
    );
    expect(readFileSync(stateLayout(stateDir, 'win32').launcher, 'utf8')).toMatch(
      /^[\r\n -~]*set "rota_runner=%~dp0[^"]*rota-run\.cjs"[\r\n -~]*$/,
    );
    expect(launcherCommandFile({ node: 'C:\\Jörg\\node.exe', runner: '..\\r.cjs' })).toMatch(
      /chcp 65001 >nul\r\nset "node=C:\\Jörg/,
    );
  });
});
